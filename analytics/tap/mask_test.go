package tap

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestMask(t *testing.T) {
	cases := []struct {
		name, text, want string
		sources          []string
	}{
		{
			"an escape that cannot be read", `parse "rtsp://admin:S3cret%zz@127.0.0.1:1/none": invalid URL escape "%zz"`,
			`parse "rtsp://***@127.0.0.1:1/none": invalid URL escape "***"`,
			[]string{"rtsp://admin:S3cret%zz@127.0.0.1:1/none"},
		},
		{"the source is not known", `invalid port ":S3cret#x" of "rtsp://admin:S3cret#x@host/"`, `invalid port ":***" of "rtsp://***@host/"`, nil},
		{"in the query", `Get "http://cam/x?user=admin&password=x": EOF`, `Get "http://cam/x?user=admin&password=***": EOF`, nil},
		{"in a path", "lookup /user=admin_password=tlJwpbo6: no", "lookup /user=admin_password=*** no", nil},
		{"ffmpeg", "exec: hunter2", "exec: ***", []string{"ffmpeg:rtsp://u:hunter2@10.0.0.1/x#video=h264"}},
		{"the second source", "EOF at hunter%32 and hunter2", "EOF at *** and ***", []string{"rtsp://a/", "onvif://u:hunter%32@10.0.0.1"}},
		{"without a user", "bad key 00aabb", "bad key ***", []string{"tapo://00aabb@10.0.0.1"}},
		{"unescaped separators", "no /ss@wo in p@/ss@word", "no *** in ***", []string{"rtsp://u:p@/ss@word@10.0.0.1/x"}},
		{"the host stays", "dial tcp 192.168.1.123:554: connection refused", "dial tcp 192.168.1.123:554: connection refused", []string{"rtsp://admin:1234@192.168.1.123:554/x"}},
		{"no password", "read tcp: i/o timeout", "read tcp: i/o timeout", []string{"rtsp://10.1.2.3:554/stream1@#video=copy"}},
	}
	for _, ca := range cases {
		t.Run(ca.name, func(t *testing.T) {
			require.Equal(t, ca.want, Mask(ca.text, ca.sources...))
		})
	}
}

// FuzzMask: of any password, no three characters survive, raw or escaped, in what url.Parse says of it.
func FuzzMask(f *testing.F) {
	f.Add("S3cret%zz")
	f.Add("p@/ss:#word?")
	f.Add("비밀번호")
	f.Add(`p@!ss0001"0#`)
	f.Add(`back\slash "quoted"`)
	f.Fuzz(func(t *testing.T, password string) {
		// what the mask itself, and the texts around it, have in them says nothing
		if strings.Contains(password, "*") || password == "" {
			t.Skip("the mask, or the texts around it, hold it by themselves")
		}
		const host = "192.0.2.1"
		for _, source := range []string{
			"rtsp://admin:" + password + "@" + host + "/",
			"ffmpeg:rtsp://admin:" + url.PathEscape(password) + "@" + host + "/#video=h264",
			"http://" + host + "/?user=admin&password=" + url.QueryEscape(password),
		} {
			around := "parse rtsp://@ http:// ffmpeg: #video=h264 user=admin&password= " + host + "/ invalid: dial "
			text := fmt.Sprintf("dial %s: invalid", source)
			if _, err := url.Parse(source); err != nil {
				text = err.Error()
				around += strings.NewReplacer(source, " ", password, " ").Replace(text)
			}
			text += " " + password + " " + url.QueryEscape(password)
			masked := Mask(text, source)
			for i := range len(password) - piece + 1 {
				part := password[i : i+piece]
				if !strings.Contains(around, part) {
					require.NotContains(t, masked, part, "of %q", text)
				}
			}
		}
	})
}
