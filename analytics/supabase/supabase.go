// Package supabase holds the SQL of the three tables for Supabase, or for any PostgreSQL from 15 on.
//
// The schema is one transaction: it is there whole or not at all. Run again it changes nothing, and it never deletes or
// rewrites a row. migrations/ is in the layout of the Supabase CLI, which gives each file a transaction of its own;
// optional/ is run by operators who need it; queries/ are everyday questions.
package supabase

import (
	"embed"
	"io/fs"
	"strings"
)

//go:embed migrations/*.sql
var migrations embed.FS

//go:embed optional/*.sql queries/*.sql
var extras embed.FS

// SQL is the whole schema: all migrations in order, as one transaction.
func SQL() string {
	files, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		panic(err) // the pattern does not parse
	}
	var b strings.Builder
	b.WriteString("-- Prepares Supabase, or any PostgreSQL from 15 on, for the rows of seat analytics. Harmless when run again.\n\nbegin;\n")
	for _, file := range files {
		b.WriteString("\n")
		b.WriteString(read(migrations, file))
	}
	b.WriteString("\ncommit;\n")
	return b.String()
}

// Optional is what turns on more than the schema does: "anon_reads" or "broadcast".
func Optional(name string) string { return read(extras, "optional/"+name+".sql") }

// Query is the SQL of an everyday question, by the name of its file without .sql.
func Query(name string) string { return read(extras, "queries/"+name+".sql") }

func read(files embed.FS, name string) string {
	b, err := files.ReadFile(name)
	if err != nil {
		panic(err) // it is embedded
	}
	return string(b)
}
