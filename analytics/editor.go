package analytics

import (
	_ "embed" // editor.json
	"encoding/json"
	"net/http"

	"github.com/AlexxIT/go2rtc/internal/api"
	"github.com/AlexxIT/go2rtc/www"
)

// ownSchema is the JSON Schema of our section.
//
//go:embed editor.json
var ownSchema []byte

// roiSchema is shared by both polygons of a seat: points as shares of the picture's width and height.
const roiSchema = `{"type": "array", "minItems": 3, "maxItems": 64, "items":
	{"type": "array", "minItems": 2, "maxItems": 2, "items": {"type": "number", "minimum": 0, "maximum": 1}}}`

// editorSchema is upstream's schema.json with our section in it: the editor in the web UI underlines what its schema
// does not know.
func editorSchema() ([]byte, error) {
	b, err := www.Static.ReadFile("schema.json")
	if err != nil {
		return nil, err
	}
	var schema struct {
		Rest        map[string]json.RawMessage
		Definitions map[string]json.RawMessage `json:"definitions"`
		Properties  map[string]json.RawMessage `json:"properties"`
	}
	if err = json.Unmarshal(b, &schema.Rest); err != nil {
		return nil, err
	}
	if err = json.Unmarshal(b, &schema); err != nil {
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

// apiEditorSchema takes the place of upstream's static file, unless the operator serves files of their own.
func apiEditorSchema(w http.ResponseWriter, _ *http.Request) {
	b, err := editorSchema()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	api.Response(w, b, api.MimeJSON)
}
