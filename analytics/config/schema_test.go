package config

import (
	"encoding/json"
	"fmt"
	"reflect"
	"testing"

	"github.com/AlexxIT/go2rtc/www"
	"github.com/stretchr/testify/require"
)

// schemaNode is the part of JSON Schema that ours uses.
type schemaNode struct {
	Ref        string                 `json:"$ref"`
	Type       string                 `json:"type"`
	Properties map[string]*schemaNode `json:"properties"`
	Additional json.RawMessage        `json:"additionalProperties"`
}

// TestSchema: the editor knows the keys that the configuration knows, all of them and no others, beside upstream's.
func TestSchema(t *testing.T) {
	b, err := www.Static.ReadFile("schema.json")
	require.NoError(t, err)
	b, err = Schema(b)
	require.NoError(t, err)
	var whole schemaNode
	require.NoError(t, json.Unmarshal(b, &whole))
	for _, key := range []string{"api", "streams", "webrtc", "analytics"} {
		require.Contains(t, whole.Properties, key)
	}
	require.Equal(t, "false", string(whole.Additional))

	load := func(document string) error { return unmarshal(new(Default()), document) }
	keys := 0
	var walk func(n *schemaNode, document string)
	walk = func(n *schemaNode, document string) {
		unknown := load(fmt.Sprintf(document, "{no_such_key: 1}"))
		require.ErrorContains(t, unknown, "unknown key", document)
		require.Equal(t, "false", string(n.Additional), document)
		for key, child := range n.Properties {
			keys++
			inner := fmt.Sprintf(document, "{"+key+": %s}")
			if child.Type == "object" {
				if child.Properties != nil {
					walk(child, inner)
				} else {
					var seat schemaNode
					require.NoError(t, json.Unmarshal(child.Additional, &seat))
					walk(&seat, fmt.Sprintf(inner, "{A: %s}"))
				}
				continue
			}
			// a value of no kind that any key takes: refused for itself, not for its key
			err := load(fmt.Sprintf(inner, "{a: 1}"))
			require.Error(t, err, inner)
			require.NotContains(t, err.Error(), "unknown key", inner)
		}
	}
	walk(whole.Properties["analytics"], "analytics: %s")
	require.Equal(t, settings(reflect.TypeFor[Config]())-1, keys, "schema.json has each setting; a seat's ID is its key")
}

// settings counts the exported fields, those of sections too.
func settings(t reflect.Type) (n int) {
	for f := range t.Fields() {
		if !f.IsExported() {
			continue
		}
		n++
		switch {
		case f.Type.Kind() == reflect.Struct:
			n += settings(f.Type)
		case f.Type == reflect.TypeFor[[]Seat]():
			n += settings(reflect.TypeFor[Seat]())
		}
	}
	return n
}
