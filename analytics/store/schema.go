package store

// Type is what a column holds, by the name that PostgreSQL has for it (pg_type.typname).
type Type string

// The types of columns. How the file has them is each Type's own affair: see Selection.
const (
	Text        Type = "text"
	Bool        Type = "bool"        // 0 and 1
	Float8      Type = "float8"      // a REAL
	Timestamptz Type = "timestamptz" // a text as Time.String gives it, which sorts as times do
	UUID        Type = "uuid"        // a text in lower case
)

// Formats are the names that PostgREST may have for the type of a column that takes these values, the name of the type
// that supabase.SQL gives it first.
func (t Type) Formats() []string { return formats[t] }

var formats = map[Type][]string{
	Text:        {"text", "character varying"},
	Bool:        {"boolean"},
	Float8:      {"double precision", "numeric", "real"},
	Timestamptz: {"timestamp with time zone"},
	UUID:        {"uuid", "text"},
}

// Column is one column of a table.
type Column struct {
	Name     string
	Type     Type
	Nullable bool
}

// Schema is one of the tables that the outside sees.
type Schema struct {
	Name    string
	Key     int      // how many of the columns, from the first, are the primary key
	Columns []Column // in the order of `select *`

	kind  string // what a row is called in the outbox and in errors
	final bool   // a row is never changed; the outbox has each of them, where it marks which other rows have changed
}

// Column is the place of a column, or -1.
func (t *Schema) Column(name string) int {
	for i := range t.Columns {
		if t.Columns[i].Name == name {
			return i
		}
	}
	return -1
}

// Names are those of the columns.
func (t *Schema) Names() (names []string) {
	for i := range t.Columns {
		names = append(names, t.Columns[i].Name)
	}
	return names
}

// PrimaryKey names the columns of the primary key.
func (t *Schema) PrimaryKey() []string { return t.Names()[:t.Key] }

// Table is the name of a table that the outside sees.
type Table string

// The tables.
const (
	SeatStatus      Table = "seat_status"
	CameraStatus    Table = "camera_status"
	DetectionEvents Table = "detection_events"
)

// Schema is what the table consists of; nil where there is no such table.
func (t Table) Schema() *Schema {
	for _, s := range Schemas {
		if s.Name == string(t) {
			return s
		}
	}
	return nil
}
