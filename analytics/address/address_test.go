package address

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const secretKey = "sb_secret_of_tests"

func TestSupabase(t *testing.T) {
	const good = "https://abc.supabase.co"
	anon := "eyJhbGciOiJIUzI1NiJ9.eyJyb2xlIjoiYW5vbiJ9.c2ln"
	service := "eyJhbGciOiJIUzI1NiJ9.eyJyb2xlIjoic2VydmljZV9yb2xlIn0.c2ln"
	cases := []struct{ name, url, key, want string }{
		{"good", good, secretKey, ""},
		{"legacy", good, service, ""},
		{"slash at the end", good + "//", secretKey, ""},
		{"prefix", "https://store.example.com/supabase/", secretKey, ""},
		{"loopback", "http://127.0.0.1:54321", secretKey, ""},
		{"does not parse", "https://a b.co", secretKey, "url: does not parse: invalid character \" \" in host name"},
		{"bad escape", "https://abc.co/%zz", secretKey, "url: does not parse: invalid URL escape \"%zz\""},
		{"control character", "https://abc.co/\x7f", secretKey, "url: does not parse: net/url: invalid control character in URL"},
		{"no scheme", "abc.supabase.co", secretKey, "url: wants https:// at its beginning"},
		{"another scheme", "ftp://abc.supabase.co", secretKey, "url: wants https:// at its beginning"},
		{"no host", "https:///x", secretKey, "url: has no host"},
		{"http", "http://abc.supabase.co", secretKey, "url: is http: and leads off this machine, so everybody on the way could read the key: wants https:"},
		{"rest", good + "/rest/v1/", secretKey, "url: wants the project's URL, such as https://abc.supabase.co, without /rest/v1, has \"https://abc.supabase.co/rest/v1/\""},
		{"query", good + "?a=b", secretKey, "url: wants the project's URL, such as https://abc.supabase.co, without ? and #"},
		{"user", "https://u:p@abc.supabase.co", secretKey, "url: must not hold a user or password"},
		{"no url", "", secretKey, "url: is required"},
		{"no key", good, "", "key: is required"},
		{"line break", good, secretKey + "\n", "key: holds a line break, wants one line"},
		{"space", good, "sb_secret_ x", "key: holds a space or another character that no key has"},
		{"publishable", good, "sb_publishable_x", "key: is a publishable key, which must not write: wants the project's secret key, sb_secret_… or the service_role JWT"},
		{"anon", good, anon, "key: is a JWT of role \"anon\", which must not write: wants the project's secret key, sb_secret_… or the service_role JWT"},
	}
	for _, ca := range cases {
		t.Run(ca.name, func(t *testing.T) {
			base, err := Supabase(ca.url, ca.key)
			if ca.want == "" {
				require.NoError(t, err)
				require.False(t, strings.HasSuffix(base, "/"), base)
				return
			}
			require.EqualError(t, err, ca.want)
		})
	}
}

func TestWebhook(t *testing.T) {
	cases := []struct{ name, url, secret, key, want string }{
		{"as it is", "https://example.com/hook", "a secret", "a secret", ""},
		{"base64", "https://example.com/hook", "whsec_c2VjcmV0", "secret", ""},
		{"no base64", "https://example.com/hook", "whsec_!", "", "secret: begins with whsec_, so base64 is expected to follow"},
		{"no secret", "https://example.com/hook", "", "", "secret: is required"},
		{"no url", "", "a secret", "", "url: is required"},
	}
	for _, ca := range cases {
		t.Run(ca.name, func(t *testing.T) {
			key, err := Webhook(ca.url, ca.secret)
			if ca.want != "" {
				require.EqualError(t, err, ca.want)
				return
			}
			require.NoError(t, err)
			require.Equal(t, ca.key, string(key))
		})
	}
}

func TestOrigin(t *testing.T) {
	for origin, ok := range map[string]bool{
		"*": true, "http://a:1": true, "https://a": true, "https://a/": false, "a": false, "ftp://a": false, "https://u@a": false, "https://": false, "": false,
	} {
		require.Equal(t, ok, Origin(origin) == nil, origin)
	}
}
