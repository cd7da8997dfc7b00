package edit

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var (
	square = [][2]float64{{0.5, 0.8}, {0.72004, 0.8}, {0.72, 0.97001}, {0.5, 0.97}}
	fields = []Field{{Key: "stream", Text: "cam1"}, {Key: "name", Text: "Window 1"}, {Key: "roi", Points: square}}
)

const squareText = "[[0.5, 0.8], [0.72, 0.8], [0.72, 0.97], [0.5, 0.97]]"

func edited(file string, edit func(*Document) (*Document, error)) ([]byte, error) {
	d, err := Parse([]byte(file), nil)
	if err == nil {
		d, err = edit(d)
	}
	if err != nil {
		return nil, err
	}
	return d.Text(), nil
}

func put(file, id string, fields []Field, storeID string) ([]byte, error) {
	return edited(file, func(d *Document) (*Document, error) { return d.Put(id, fields, storeID) })
}

func remove(file, id string) ([]byte, error) {
	return edited(file, func(d *Document) (*Document, error) { return d.Delete(id) })
}

func TestPut(t *testing.T) {
	roi := Field{Key: "roi", Points: square}
	cases := []struct {
		name, before string
		id           string
		fields       []Field
		want         string
	}{
		{"behind the last seat, before a comment on what follows", `# mine
analytics:
    store_id: s   # the store
    seats:
        B: # by the door
            stream: cam1
            roi: [[0, 0], [1, 0], [1, 1]] # rough

        # C is broken
streams: {cam1: '${CAM}'}
`, "A1", fields, `# mine
analytics:
    store_id: s   # the store
    seats:
        B: # by the door
            stream: cam1
            roi: [[0, 0], [1, 0], [1, 1]] # rough
        A1:
            stream: cam1
            name: Window 1
            roi: ` + squareText + `

        # C is broken
streams: {cam1: '${CAM}'}
`},
		{"in the manner of its neighbour", "analytics:\n  seats:\n    B: {stream: cam1, roi: [[0, 0], [1, 0], [1, 1]]}", "A 1", fields[:1], "analytics:\n  seats:\n    B: {stream: cam1, roi: [[0, 0], [1, 0], [1, 1]]}\n    A 1: {stream: cam1}"},
		{"seats is missing", "analytics:\r\n  store_id: s\r\nlog: {}\r\n", "A", fields[:1], "analytics:\r\n  store_id: s\r\n  seats:\r\n    A:\r\n      stream: cam1\r\nlog: {}\r\n"},
		{"seats is empty", "analytics:\n  seats:\n    # B: {}\n  store_id: s\n", "A", fields[:1], "analytics:\n  seats:\n    # B: {}\n    A:\n      stream: cam1\n  store_id: s\n"},
		{"seats are braces", "analytics:\n  seats: {} # none\n", "A", fields[:1], "analytics:\n  seats: {A: {stream: cam1}} # none\n"},
		{"analytics is missing", "log: {}\n# end", "A", fields[:1], "log: {}\n# end\n\nanalytics:\n  store_id: shop\n  seats:\n    A:\n      stream: cam1"},
		{"nothing is there", "", "A", fields[:1], "analytics:\n  store_id: shop\n  seats:\n    A:\n      stream: cam1\n"},
		{"analytics in braces", "analytics: {store_id: ${STORE}}\n", "A", fields[:1], "analytics: {store_id: ${STORE}, seats: {A: {stream: cam1}}}\n"},
		{"JSON", `{"analytics": {"store_id": "s", "seats": {"B": {"stream": "cam1"}}}}`, "A", fields[:2], `{"analytics": {"store_id": "s", "seats": {"B": {"stream": "cam1"}, "A": {"stream": "cam1", "name": "Window 1"}}}}`},
		{"before the end of the document", "---\nanalytics:\n  store_id: s\n...\n", "A", fields[:1], "---\nanalytics:\n  store_id: s\n  seats:\n    A:\n      stream: cam1\n...\n"},

		{"only the polygon, comments stay", "analytics:\n  seats:\n    A: # door\n      anchor: center\n      roi:   [[0, 0], [1, 0],  # corner\n        [1, 1]]   # rough\n      # more of A\n      stream: cam1\n", "A", []Field{roi}, "analytics:\n  seats:\n    A: # door\n      anchor: center\n      roi:   " + squareText + "   # rough\n      # more of A\n      stream: cam1\n"},
		{"a polygon with dashes", "analytics:\n  seats:\n    A:\n      roi: # rough\n        - [0, 0]\n        - - 1\n          - 0\n        - [1, 1]\n      stream: cam1\n", "A", []Field{roi}, "analytics:\n  seats:\n    A:\n      roi: " + squareText + " # rough\n      stream: cam1\n"},
		{"a polygon with dashes at the end", "analytics:\n  seats:\n    A:\n      roi:\n      - [0, 0]\n      - [1, 1]", "A", []Field{roi}, "analytics:\n  seats:\n    A:\n      roi: " + squareText},
		{"in braces", "analytics: {seats: {A: {stream: cam1, 'roi': [[0, 0], [1, 1]]}}}", "A", []Field{roi, {Key: "name", Text: "a, b"}}, "analytics: {seats: {A: {stream: cam1, name: \"a, b\", 'roi': " + squareText + "}}}"},
		{"a text in its places", "analytics:\n  seats:\n    A:\n      name: 'it''s'  # old\n      stream: it's # this\n      anchor: foot\n", "A", []Field{{Key: "name", Text: "new"}, {Key: "stream", Text: "cam 2"}, {Key: "anchor", Gone: true}}, "analytics:\n  seats:\n    A:\n      name: new  # old\n      stream: cam 2 # this\n"},
		{"a text after a bar", "analytics:\n  seats:\n    A:\n      name: | # old\n        one\n        # two\n      stream: cam1\n", "A", []Field{{Key: "name", Text: "new"}}, "analytics:\n  seats:\n    A:\n      name: new # old\n      stream: cam1\n"},
		{"an alias is written out", "x: &r [[0, 0], [1, 0], [1, 1]]\nanalytics:\n  seats:\n    A:\n      roi: *r # shared\n", "A", []Field{roi}, "x: &r [[0, 0], [1, 0], [1, 1]]\nanalytics:\n  seats:\n    A:\n      roi: " + squareText + " # shared\n"},
		{"a new field before those behind it", "analytics:\n  seats:\n    A:\n      stream: cam1\n      roi: [[0, 0], [1, 0], [1, 1]]\n      # by hand\n      anchor: foot\n", "A", []Field{{Key: "items_roi", Points: square}}, "analytics:\n  seats:\n    A:\n      stream: cam1\n      roi: [[0, 0], [1, 0], [1, 1]]\n      items_roi: " + squareText + "\n      # by hand\n      anchor: foot\n"},
		{"nothing of a name is replaced or executed", "analytics:\n  seats:\n    A: {stream: cam1}\n", "창가/1", []Field{{Key: "name", Text: "${KEY} <script>\"'# 🪑\u2028: "}}, "analytics:\n  seats:\n    A: {stream: cam1}\n    창가/1: {name: \"\\u0024{KEY} <script>\\\"'# 🪑\\u2028: \"}\n"},
		{"words and numbers", "analytics:\n  seats:\n    A: {stream: cam1}\n", "12", []Field{{Key: "name", Text: "No"}}, "analytics:\n  seats:\n    A: {stream: cam1}\n    \"12\": {name: \"No\"}\n"},
		{"letters before a column", "analytics:\n  \"seats\": {'창가': {name: 창, stream: cam1}}\n", "창가", []Field{{Key: "stream", Text: "cam2"}}, "analytics:\n  \"seats\": {'창가': {name: 창, stream: cam2}}\n"},
	}
	for _, ca := range cases {
		t.Run(ca.name, func(t *testing.T) {
			out, err := put(ca.before, ca.id, ca.fields, "shop")
			require.NoError(t, err)
			require.Equal(t, ca.want, string(out))
		})
	}
}

func TestDelete(t *testing.T) {
	const head = "analytics:\n  store_id: s\n"
	cases := []struct{ name, before, want string }{
		{"with its own comments", head + "  seats:\n    # group\n    A:\n      stream: cam1\n      # of A\n    # not of A\n    B: {stream: cam1}\n", head + "  seats:\n    # group\n    # not of A\n    B: {stream: cam1}\n"},
		{"the last one", head + "  seats:\n    A:\n      stream: cam1\nlog: {}\n", head + "log: {}\n"},
		{"the last one, of a commented key", head + "  seats: # none yet\n    A: {stream: cam1}\n", head + "  seats: # none yet\n"},
		{"the first in braces", "analytics: {seats: {A: {stream: cam1}, B: {stream: cam1}}}", "analytics: {seats: {B: {stream: cam1}}}"},
		{"the last in braces", head + "  seats: {A: {stream: cam1}}\n", head + "  seats: {}\n"},
		{"between others in braces", head + "  seats: {\n    B: {stream: cam1},  # one\n    A: {stream: cam1},  # two\n    C: {stream: cam1}}\n", head + "  seats: {\n    B: {stream: cam1},  # one\n    # two\n    C: {stream: cam1}}\n"},
		{"a line of its own in braces", head + "  seats: {\n    A: {stream: cam1},\n    C: {stream: cam1}\n  }\n", head + "  seats: {\n    C: {stream: cam1}\n  }\n"},
		{"not there", head, head},
	}
	for _, ca := range cases {
		t.Run(ca.name, func(t *testing.T) {
			out, err := remove(ca.before, "A")
			require.NoError(t, err)
			require.Equal(t, ca.want, string(out))
		})
	}
}

func TestRefusals(t *testing.T) {
	cases := []struct{ name, before, want string }{
		{"does not parse", "log: {}\nanalytics: [\n", "line 3: did not find expected node content"},
		{"two documents", "log: {}\n---\nanalytics: {}\n", "line 3: a second document begins, only one is allowed"},
		{"a list", "- 1\n", "line 1: the file is no mapping"},
		{"a text in place of seats", "analytics:\n  seats: none\n", "line 2: analytics.seats is no mapping"},
		{"an alias in place of seats", "x: &s {A: {stream: cam1}}\nanalytics:\n  seats: *s\n", "line 3: analytics.seats is the alias *s: write it out by hand first"},
		{"an alias in place of the seat", "x: &s {stream: cam1}\nanalytics:\n  seats:\n    A: *s\n", "line 4: A is the alias *s: write it out by hand first"},
		{"an alias elsewhere leads to the seat", "analytics:\n  seats:\n    A: {stream: &s cam1}\n    B: {stream: *s}\n", "cannot be edited without breaking it (line 4: unknown anchor 's' referenced): edit it by hand"},
		{"an alias elsewhere leads into the whole of it", "analytics: &all\n  seats:\n    A: {stream: cam1}\nother: *all\n", "cannot be edited without changing something else in it: edit it by hand"},
		{"twice", "analytics:\n  seats:\n    A: {stream: cam1}\n    A: {stream: cam2}\n", "line 4: A stands here and in line 3: take one out by hand"},
		{"question marks", "analytics:\n  seats:\n    ? A\n    : {stream: cam1}\n", "line 3: A is written in a way that is only edited by hand"},
		{"other letters", "name: \xff\n", "is not UTF-8"},
	}
	for _, ca := range cases {
		t.Run(ca.name, func(t *testing.T) {
			_, err := put(ca.before, "A", []Field{{Key: "stream", Text: "cam9"}}, "")
			require.EqualError(t, err, ca.want)
			require.NotContains(t, err.Error(), "\n")
		})
	}
}

// TestExpandedNames: places are found in the file as it stands, what it says is read with names replaced, and what they
// stand for may lead to the seat.
func TestExpandedNames(t *testing.T) {
	value := "*all"
	expand := func(b []byte) []byte { return bytes.ReplaceAll(b, []byte("${X}"), []byte(value)) }
	d, err := Parse([]byte("analytics: &all\n  seats:\n    A: {stream: cam1}\nother: ${X}\n"), expand)
	require.NoError(t, err)
	_, err = d.Put("A", fields[1:2], "")
	require.EqualError(t, err, "cannot be edited without changing something else in it: edit it by hand")
	require.True(t, d.Is(bytes.Clone(d.Text())))
	value = "x"
	require.False(t, d.Is(d.Text()), "the name stands for something else now")
	value = "*all"
	_, err = Parse([]byte("other: ${X}\n"), expand)
	require.EqualError(t, err, "line 1: unknown anchor 'all' referenced")

	d, err = Parse([]byte("analytics:\n  seats:\n    A: {stream: cam1}\n"), expand)
	require.NoError(t, err)
	require.Same(t, d.node, d.root, "without names one parse is enough")
	same, err := d.Put("A", nil, "")
	require.NoError(t, err)
	require.Same(t, d, same, "nothing was changed, so nothing is parsed again")
}

func FuzzEdit(f *testing.F) {
	f.Add("analytics:\n  seats:\n    A: {stream: cam1, roi: [[0, 0]]}\n", "A", "cam2")
	f.Add("analytics: {seats: {A: {'stream': \"x\" , roi: [ ]}, }}", "B", "${X}")
	f.Add("a: &a [*a]\nanalytics:\n  seats:\n    ? A\n    : {}\n", "A", "\n")
	f.Fuzz(func(t *testing.T, file, id, text string) {
		out, err := put(file, id, []Field{{Key: "stream", Text: text}}, "s")
		if err != nil {
			return
		}
		// what was given out can be edited again, to the same
		again, err := put(string(out), id, []Field{{Key: "stream", Text: text}}, "s")
		if err == nil && strings.ToValidUTF8(text, "") == text {
			require.Equal(t, string(out), string(again))
		}
	})
}
