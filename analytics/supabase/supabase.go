// Package supabase holds the SQL of the three tables for Supabase, or for any PostgreSQL from 15 on.
package supabase

import (
	"embed"
	"io/fs"
	"strings"
)

//go:embed migrations/*.sql
var migrations embed.FS

// SQL is the whole schema: all migrations in order, as one transaction. It is harmless when run again.
func SQL() string {
	var b strings.Builder
	files, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		panic(err) // the pattern does not parse
	}
	b.WriteString("begin;\n")
	for _, file := range files {
		text, err := migrations.ReadFile(file)
		if err != nil {
			panic(err) // it is embedded
		}
		b.WriteString("\n")
		b.Write(text)
	}
	b.WriteString("\ncommit;\n")
	return b.String()
}
