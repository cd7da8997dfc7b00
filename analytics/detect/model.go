// Package detect finds people and things in pictures: a YOLO model in ONNX Runtime behind three methods.
//
// The family of a model is recognised from what it takes and gives; a file that is no YOLO detector is refused when it
// is opened. One Model serves a process, and each worker has a Session with its own buffers, so that looks run side by
// side and allocate next to nothing. A detection always lies inside of the picture. Begin with Session.Detect.
package detect

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"

	ort "github.com/yalue/onnxruntime_go"
)

// Options say which model, and how it runs.
type Options struct {
	Path     string // an ONNX file
	Provider string // execution provider: cpu where empty; cuda, tensorrt, openvino, coreml
}

// Model is an opened detector. Safe for concurrent use; its sessions are not.
type Model struct {
	path    string
	session *ort.DynamicAdvancedSession
	input   ort.Shape
	output  ort.Shape
	family  family
	classes []string
	note    string
}

var environment sync.Mutex

// start makes ONNX Runtime ready, once a process.
func start() error {
	environment.Lock()
	defer environment.Unlock()
	if ort.IsInitialized() {
		return nil
	}
	library, err := FindLibrary()
	if err != nil {
		return err
	}
	ort.SetSharedLibraryPath(library)
	if err = ort.InitializeEnvironment(ort.WithLogLevelError()); err != nil {
		return fmt.Errorf("start %s: %w", library, err)
	}
	return nil
}

// Open loads a model and makes sure that it is a YOLO detector.
func Open(o Options) (*Model, error) {
	if _, err := os.Stat(o.Path); err != nil {
		if errors.Is(err, os.ErrNotExist) {
			return nil, fmt.Errorf("model %s is missing: `make models` fetches the default one, or name your own under analytics: model: path", o.Path)
		}
		return nil, fmt.Errorf("model %s: %w", o.Path, err)
	}
	if err := start(); err != nil {
		return nil, err
	}
	options, err := sessionOptions(o.Provider)
	if err != nil {
		return nil, err
	}
	defer func() { _ = options.Destroy() }()
	m := &Model{path: o.Path}
	if err = m.load(options); err != nil {
		_ = m.Close()
		return nil, fmt.Errorf("model %s: %w", o.Path, err)
	}
	return m, nil
}

func (m *Model) load(options *ort.SessionOptions) error {
	inputs, outputs, err := ort.GetInputOutputInfoWithOptions(m.path, options)
	if err != nil {
		return err
	}
	refused := func(why string) error {
		return fmt.Errorf("is no YOLO detector, %s: takes %s, gives %s", why, shapes(inputs), shapes(outputs))
	}
	if len(inputs) != 1 || len(outputs) != 1 {
		return refused("wants one input and one output")
	}
	in, out := inputs[0], outputs[0]
	if in.DataType != ort.TensorElementDataTypeFloat || out.DataType != ort.TensorElementDataTypeFloat {
		return refused("wants float32 on both ends")
	}
	m.session, err = ort.NewDynamicAdvancedSession(m.path, []string{in.Name}, []string{out.Name}, options)
	if err != nil {
		return err
	}
	about, err := m.metadata()
	if err != nil {
		return err
	}
	m.note = about["note"]
	if task := about["task"]; task != "" && task != "detect" {
		return refused(fmt.Sprintf("its task is %q", task))
	}
	if m.input, err = inputShape(in.Dimensions, about["imgsz"]); err != nil {
		return refused(err.Error())
	}
	if m.output, err = m.try(); err != nil {
		return err
	}
	if m.classes, err = classNames(about["names"]); err != nil {
		return err
	}
	m.family, err = recognise(m.input, m.output, len(m.classes))
	if err != nil {
		return refused(err.Error())
	}
	return nil
}

// metadata is what the file says of itself.
func (m *Model) metadata() (map[string]string, error) {
	about, err := m.session.GetModelMetadata()
	if err != nil {
		return nil, err
	}
	defer func() { _ = about.Destroy() }()
	values := map[string]string{}
	for _, key := range []string{"names", "task", "imgsz", "note"} {
		value, ok, err := about.LookupCustomMetadataMap(key)
		if err != nil {
			return nil, err
		}
		if ok {
			values[key] = value
		}
	}
	return values, nil
}

// try runs the model once: the shape that it gives counts, not the one that the file declares.
func (m *Model) try() (ort.Shape, error) {
	input, err := ort.NewEmptyTensor[float32](m.input)
	if err != nil {
		return nil, err
	}
	defer func() { _ = input.Destroy() }()
	outputs := []ort.Value{nil}
	if err = m.session.Run([]ort.Value{input}, outputs); err != nil {
		return nil, err
	}
	defer func() { _ = outputs[0].Destroy() }()
	return outputs[0].GetShape().Clone(), nil
}

// Close frees the model. No session may be in use.
func (m *Model) Close() error {
	if m.session == nil {
		return nil
	}
	err := m.session.Destroy()
	m.session = nil
	return err
}

// Family is the name of the YOLO family, as its authors write it in small letters.
func (m *Model) Family() string { return m.family.name }

// InputSize is in pixels.
func (m *Model) InputSize() (w, h int) { return int(m.input[3]), int(m.input[2]) }

// Note is the note in the model's file, such as that it is a test card. Empty for most.
func (m *Model) Note() string { return m.note }

func shapes(list []ort.InputOutputInfo) string {
	var all []string
	for _, i := range list {
		all = append(all, fmt.Sprintf("%s %s %v", i.Name, strings.ToLower(strings.TrimPrefix(i.DataType.String(), "ONNX_TENSOR_ELEMENT_DATA_TYPE_")), []int64(i.Dimensions)))
	}
	return strings.Join(all, ", ")
}
