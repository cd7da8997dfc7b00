// A Supabase project's REST and auth on a real PostgreSQL: @supabase/lite by its embedded API, on loopback. A line
// that it prints tells its port.
import { serve } from '@hono/node-server'
import { App } from '@supabase/lite'
import { createPostgresConnection } from '@supabase/lite/postgres'

const { DATABASE_URL, PORT, JWT_SECRET, PUBLISHABLE_KEY, SECRET_KEY } = process.env
const connection = createPostgresConnection({ url: DATABASE_URL })
const app = new App({
  connection,
  // without the two keys any apikey passes, and the JWT in Authorization decides: the legacy kind of project
  auth: { enabled: true, jwt_secret: JWT_SECRET, publishable_key: PUBLISHABLE_KEY, secret_key: SECRET_KEY }
})
await app.ensureSystemSchema() // a token with a subject is looked up in auth.users
const server = serve(
  {
    fetch: (req, env) => app.fetch(req, { peerAddress: env.incoming.socket.remoteAddress ?? null }),
    hostname: '127.0.0.1',
    port: Number(PORT ?? 0)
  },
  ({ port }) => console.log(JSON.stringify({ port }))
)

process.on('SIGTERM', () => {
  server.close(() => connection.close().finally(() => process.exit(0)))
  server.closeAllConnections()
})
