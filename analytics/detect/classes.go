package detect

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// coco are the classes of COCO in the order that every YOLO has them (Lin et al., 2014).
var coco = strings.Split("person,bicycle,car,motorcycle,airplane,bus,train,truck,boat,traffic light,fire hydrant,"+
	"stop sign,parking meter,bench,bird,cat,dog,horse,sheep,cow,elephant,bear,zebra,giraffe,backpack,umbrella,handbag,"+
	"tie,suitcase,frisbee,skis,snowboard,sports ball,kite,baseball bat,baseball glove,skateboard,surfboard,"+
	"tennis racket,bottle,wine glass,cup,fork,knife,spoon,bowl,banana,apple,sandwich,orange,broccoli,carrot,hot dog,"+
	"pizza,donut,cake,chair,couch,potted plant,bed,dining table,toilet,tv,laptop,mouse,remote,keyboard,cell phone,"+
	"microwave,oven,toaster,sink,refrigerator,book,clock,vase,scissors,teddy bear,hair drier,toothbrush", ",")

// maxClasses bounds what a hostile file can make us hold; LVIS, the largest set that YOLOs are trained on, has 1203.
const maxClasses = 10000

var (
	namePattern = regexp.MustCompile(`(\d+)\s*:\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")`)
	escaped     = regexp.MustCompile(`\\(.)`)
)

// classNames reads the metadata `names`, a Python dict as Ultralytics writes it: {0: 'person', 1: "bird's nest"}. COCO
// where the file has none.
func classNames(dict string) ([]string, error) {
	if dict == "" {
		return coco, nil
	}
	found := namePattern.FindAllStringSubmatch(dict, -1)
	if len(found) == 0 || len(found) > maxClasses {
		return nil, fmt.Errorf("class names cannot be read: %.40q", dict)
	}
	names := make([]string, len(found))
	for _, f := range found {
		i, err := strconv.Atoi(f[1])
		if err != nil || i >= len(names) || names[i] != "" {
			return nil, fmt.Errorf("class names are not numbered from 0: %.40q", dict)
		}
		names[i] = escaped.ReplaceAllString(f[2]+f[3], "$1")
		if names[i] == "" {
			return nil, fmt.Errorf("class %d has no name", i)
		}
	}
	return names, nil
}
