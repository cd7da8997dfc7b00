package edit

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v4"
	"pgregory.net/rapid"
)

// file is a configuration as an operator may write it: the text before a seat, the seat, and the text after it.
type file struct {
	before, seat, after string
	ids                 []string
	mine                int // which of ids the seat is
}

func (f *file) text() string { return f.before + f.seat + f.after }

// files are many of the ways in which one can write the same.
var files = rapid.Custom(func(t *rapid.T) file {
	pick := func(label string, of ...string) string { return rapid.SampledFrom(of).Draw(t, label) }
	step := pick("step", "  ", "    ")
	remark := func() string { return pick("remark", "", "", " # note: 'x", "  # [", " # 창가 ${KEY}") }
	lines := func(indent string) (text string) {
		for range rapid.IntRange(0, 2).Draw(t, "lines") {
			text += pick("line", "", indent+"# comment", indent+"#  - {a: 'b", "# far left") + "\n"
		}
		return text
	}
	polygon := func(indent string) string {
		return pick("polygon", " [[0.1, 0.2], [0.3, 0.2], [0.3, 0.4]]", "   [ [0.1,0.2], [.3, 0.2],[0.3, 0.4] ]",
			" [[0.1, 0.2], # one\n"+indent+step+"[0.3, 0.2],\n"+indent+step+"[0.3, 0.4]]",
			"\n"+indent+"- [0.1, 0.2]\n"+indent+"- [0.3, 0.2] # two\n"+indent+"- [0.3, 0.4]",
			" [[!!float 0.1, 0.2], [0.3, \"0.2\"], [0.3, 0.4]]")
	}
	stream := func() string { return pick("stream", "cam1", "'cam1'", `"cam1"`, "!!str cam1") }
	seat := func(id string) string {
		quoted := pick("quotes", id, `"`+id+`"`, "'"+id+"'")
		indent := step + step
		if rapid.Bool().Draw(t, "braces") {
			return indent + quoted + ": {stream: " + stream() + ", roi: [[0.1, 0.2], [0.3, 0.2], [0.3, 0.4]]" +
				pick("more", "", ", name: it's", ", anchor: center", ",") + "}" + remark() + "\n"
		}
		text := indent + quoted + ":" + remark() + "\n"
		text += indent + step + "stream: " + stream() + remark() + "\n" + lines(indent+step)
		text += indent + step + "roi:" + polygon(indent+step) + remark() + "\n"
		if rapid.Bool().Draw(t, "named") {
			text += indent + step + "name: " + pick("name", "Window", "'it''s'", `"a: #b"`, "two\n"+indent+step+step+"lines", "|\n"+indent+step+step+"a # bar") + "\n"
		}
		return text
	}
	f := file{ids: []string{"A", "B2", "창가"}[:rapid.IntRange(1, 3).Draw(t, "seats")]}
	f.mine = rapid.IntRange(0, len(f.ids)-1).Draw(t, "mine")
	f.before = pick("top", "", "# go2rtc\n", "api: {listen: ':1984'}\n\n", "---\n") + lines("")
	f.before += "streams:\n" + step + "cam1: rtsp://${USER:admin}:x@h/1" + remark() + "\n" + lines(step)
	f.before += "analytics:" + remark() + "\n" + step + "store_id: s\n" + lines(step) + step + "seats:" + remark() + "\n" + lines(step+step)
	for i, id := range f.ids {
		switch {
		case i < f.mine:
			f.before += seat(id) + lines(step+step)
		case i == f.mine:
			f.seat = seat(id)
		default:
			f.after += lines(step+step) + seat(id)
		}
	}
	f.after += lines(step+step) + pick("tail", "", step+"interval: 3s\n", "log: {level: info}\n", step+"items: [cup]\nlog:\n"+step+"level: info # end\n")
	// a text after a bar that ends the file would get the break that a new line needs, and be another text: refused
	if rapid.Bool().Draw(t, "no last break") && f.after != "" && !strings.HasSuffix(strings.TrimSpace(f.after), "# bar") {
		f.after = strings.TrimRight(f.after, "\n")
	}
	if rapid.Bool().Draw(t, "crlf") {
		for _, s := range []*string{&f.before, &f.seat, &f.after} {
			*s = strings.ReplaceAll(*s, "\n", "\r\n")
		}
	}
	return f
})

// seats are those of a file, as another reader has them.
func seats(t require.TestingT, text []byte) map[string]map[string]any {
	var all struct {
		Analytics struct {
			Seats map[string]map[string]any `yaml:"seats"`
		} `yaml:"analytics"`
	}
	require.NoError(t, yaml.Unmarshal(text, &all), "%s", text)
	return all.Analytics.Seats
}

var polygons = rapid.Custom(func(t *rapid.T) [][2]float64 {
	share := rapid.Float64Range(0, 1)
	points := make([][2]float64, rapid.IntRange(3, 8).Draw(t, "points"))
	for i := range points {
		points[i] = [2]float64{Round(share.Draw(t, "x")), Round(share.Draw(t, "y"))}
	}
	return points
})

func asRead(points [][2]float64) (list []any) {
	for _, p := range points {
		list = append(list, []any{plainly(p[0]), plainly(p[1])})
	}
	return list
}

// plainly is a number as YAML's reader has it: 0 and 1 are integers.
func plainly(f float64) any {
	if f == float64(int(f)) {
		return int(f)
	}
	return f
}

func TestPutAndDeleteProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := files.Draw(t, "file")
		before := seats(t, []byte(f.text()))
		points := polygons.Draw(t, "polygon")
		name := rapid.StringMatching(`[ -~가-힣🪑\n\t]{1,30}`).Draw(t, "name")

		// a seat that is there
		mine := f.ids[f.mine]
		out, err := put(f.text(), mine, []Field{{Key: "roi", Points: points}, {Key: "name", Text: name}}, "")
		require.NoError(t, err, "%s", f.text())
		require.True(t, strings.HasPrefix(string(out), f.before), "%s\n----\n%s", f.text(), out)
		require.True(t, strings.HasSuffix(string(out), f.after), "%s\n----\n%s", f.text(), out)
		after := seats(t, out)
		require.Equal(t, asRead(points), after[mine]["roi"])
		require.Equal(t, name, after[mine]["name"])
		for key, value := range before[mine] {
			if key != "roi" && key != "name" {
				require.Equal(t, value, after[mine][key])
			}
		}
		delete(before, mine)
		delete(after, mine)
		require.Equal(t, before, after)

		// a new one is added and deleted
		out, err = put(f.text(), "new", []Field{{Key: "stream", Text: "cam1"}, {Key: "name", Text: name}, {Key: "roi", Points: points}}, "")
		require.NoError(t, err)
		require.Equal(t, map[string]any{"stream": "cam1", "name": name, "roi": asRead(points)}, seats(t, out)["new"])
		require.Len(t, seats(t, out), len(f.ids)+1)
		require.True(t, grown(f.text(), string(out)), "%s\n----\n%s", f.text(), out)
		back, err := remove(string(out), "new")
		require.NoError(t, err)
		require.Equal(t, f.text(), string(back))

		// the old one is deleted
		out, err = remove(f.text(), mine)
		require.NoError(t, err, "%s", f.text())
		if len(f.ids) > 1 {
			require.True(t, strings.HasPrefix(string(out), strings.TrimRight(f.before, "\r\n")))
		}
		require.NotContains(t, seats(t, out), mine)
		for _, line := range strings.SplitAfter(f.before+f.after, "\n") {
			if trimmed := strings.TrimSpace(line); strings.HasPrefix(trimmed, "#") && line[0] == '#' {
				require.Contains(t, string(out), trimmed)
			}
		}
	})
}

// grown is true where a text is the other with one piece inserted.
func grown(before, after string) bool {
	n := 0
	for n < len(before) && n < len(after) && before[n] == after[n] {
		n++
	}
	for ; n >= 0; n-- {
		if len(after) >= len(before) && strings.HasSuffix(after[n:], before[n:]) {
			return true
		}
	}
	return false
}
