// Package supabase is a Supabase project of real parts on loopback, for tests: PostgreSQL from Debian with the schema
// of analytics/supabase, the REST and auth of @supabase/lite before it, and a proxy that fails on demand before that.
//
// Everything ends with the test that began it, or with the test process if that dies first; only the cluster that
// Shared gives lives until Close. Assertions belong on PostgreSQL (Database.Connect), not on REST's strings, where lite
// and PostgREST differ. Two things to know of lite: it must start after the schema, since it never sees a table made
// later; and it hands out every grant, so grants are tested in a database that it never touched.
//
// Begin reading at Start, which is the whole stack in ten lines.
package supabase

import (
	"path/filepath"
	"testing"

	"github.com/AlexxIT/go2rtc/seats/e2e/process"
)

// Stack is a whole project behind a proxy that can fail.
type Stack struct {
	*Database
	Keys  Keys
	Lite  *Lite
	Proxy *Proxy // Proxy.URL is what a client is given as its SUPABASE_URL
}

// Start runs the whole stack on a database of its own in the shared cluster.
func Start(t testing.TB, keys Keys) *Stack {
	t.Helper()
	return StartOn(t, Shared(t), keys)
}

// StartOn is Start on a cluster of the test's own, which the test may stop and restart.
func StartOn(t testing.TB, cluster *Cluster, keys Keys) *Stack {
	t.Helper()
	s := &Stack{Database: cluster.Database(t), Keys: keys}
	s.Lite = StartLite(t, s.Database, keys)
	s.Proxy = NewProxy(t, s.Lite.URL, ProxyOptions{})
	return s
}

// Dir is this package's folder, where node finds its modules.
func Dir() string { return filepath.Join(process.Root(), "e2e", "supabase") }
