package supabase

import (
	"context"
	"fmt"
	"testing"

	schema "github.com/AlexxIT/go2rtc/seats/analytics/supabase"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"
)

// Database is one of a cluster's databases; it goes with the test that it was made for.
type Database struct {
	Cluster *Cluster
	Name    string
	URL     string // of a session as the owner of all tables
}

// template is the database that others are copied from: a copy takes a fifth of the time of the migrations.
const template = "schema"

// Database is a new one with the schema in it, and no rows.
func (c *Cluster) Database(t testing.TB) *Database {
	t.Helper()
	c.template.Lock()
	if !c.made {
		c.exec(t, "postgres", "create database "+template)
		c.exec(t, template, schema.SQL())
		c.made = true
	}
	c.template.Unlock()
	return c.create(t, template)
}

// Empty is a new one with nothing in it.
func (c *Cluster) Empty(t testing.TB) *Database {
	t.Helper()
	return c.create(t, "template0")
}

func (c *Cluster) create(t testing.TB, from string) *Database {
	t.Helper()
	name := fmt.Sprintf("test%d", c.names.Add(1))
	c.exec(t, "postgres", fmt.Sprintf("create database %s template %s", name, from))
	t.Cleanup(func() {
		if !c.server.Ended() {
			c.exec(t, "postgres", fmt.Sprintf("drop database if exists %s with (force)", name))
		}
	})
	return &Database{Cluster: c, Name: name, URL: c.url(name)}
}

func (c *Cluster) exec(t testing.TB, database, sql string) {
	t.Helper()
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, c.url(database))
	require.NoError(t, err)
	defer func() { _ = conn.Close(ctx) }()
	_, err = conn.PgConn().Exec(ctx, sql).ReadAll()
	require.NoError(t, err)
}

// Connect is a session as the owner of all tables; "set role" makes it another role's.
func (d *Database) Connect(t testing.TB) *pgx.Conn {
	t.Helper()
	return d.ConnectNotices(t, nil)
}

// ConnectNotices is Connect, and reports each notice and warning.
func (d *Database) ConnectNotices(t testing.TB, tell func(*pgconn.Notice)) *pgx.Conn {
	t.Helper()
	config, err := pgx.ParseConfig(d.URL)
	require.NoError(t, err)
	if tell != nil {
		config.OnNotice = func(_ *pgconn.PgConn, n *pgconn.Notice) { tell(n) }
	}
	ctx := context.Background()
	conn, err := pgx.ConnectConfig(ctx, config)
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close(ctx) })
	return conn
}

// Exec runs statements in one go, which is one transaction unless they say otherwise.
func (d *Database) Exec(t testing.TB, sql string) {
	t.Helper()
	d.Cluster.exec(t, d.Name, sql)
}
