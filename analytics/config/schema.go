package config

import (
	_ "embed" // schema.json
	"encoding/json"
)

// ownSchema is the JSON Schema of our section.
//
//go:embed schema.json
var ownSchema []byte

// roiSchema is shared by both polygons of a seat: points as shares of the picture's width and height.
const roiSchema = `{"type": "array", "minItems": 3, "maxItems": 64, "items":
	{"type": "array", "minItems": 2, "maxItems": 2, "items": {"type": "number", "minimum": 0, "maximum": 1}}}`

// Schema is upstream's schema.json with our section in it: the editor of the web page marks as wrong what its schema
// does not know.
func Schema(upstream []byte) ([]byte, error) {
	var schema struct {
		Rest        map[string]json.RawMessage
		Definitions map[string]json.RawMessage `json:"definitions"`
		Properties  map[string]json.RawMessage `json:"properties"`
	}
	err := json.Unmarshal(upstream, &schema.Rest)
	if err == nil {
		err = json.Unmarshal(upstream, &schema)
	}
	if err != nil {
		return nil, err
	}
	schema.Definitions["roi"] = json.RawMessage(roiSchema)
	schema.Properties["analytics"] = ownSchema
	if schema.Rest["definitions"], err = json.Marshal(schema.Definitions); err != nil {
		return nil, err
	}
	if schema.Rest["properties"], err = json.Marshal(schema.Properties); err != nil {
		return nil, err
	}
	return json.Marshal(schema.Rest)
}
