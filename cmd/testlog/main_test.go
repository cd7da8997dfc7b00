package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// As go test -json ./... prints it (Go 1.26), times and start events left out.
const events = `{"Action":"run","Package":"a","Test":"TestOne"}
{"Action":"output","Package":"a","Test":"TestOne","Output":"=== RUN   TestOne\n"}
{"Action":"run","Package":"a","Test":"TestOne/sub"}
{"Action":"output","Package":"a","Test":"TestOne/sub","Output":"    one_test.go:7: chatter\n"}
{"Action":"pass","Package":"a","Test":"TestOne/sub"}
{"Action":"pass","Package":"a","Test":"TestOne"}
{"Action":"run","Package":"a","Test":"TestClip"}
{"Action":"output","Package":"a","Test":"TestClip","Output":"    one_test.go:9: needs ../shared/assets\n"}
{"Action":"output","Package":"a","Test":"TestClip","Output":"--- SKIP: TestClip (0.00s)\n"}
{"Action":"skip","Package":"a","Test":"TestClip"}
{"Action":"output","Package":"a","Output":"PASS\n"}
{"Action":"output","Package":"a","Output":"ok  \ta\t0.003s\n"}
{"Action":"pass","Package":"a"}
`

const failures = `{"Action":"run","Package":"b","Test":"TestBad"}
{"Action":"output","Package":"b","Test":"TestBad","Output":"    bad_test.go:3: 1 is not 2\n"}
{"Action":"fail","Package":"b","Test":"TestBad"}
{"Action":"run","Package":"b","Test":"TestPanic"}
{"Action":"output","Package":"b","Test":"TestPanic","Output":"panic: oh\n"}
{"Action":"output","Package":"b","Output":"FAIL\tb\t0.003s\n"}
{"Action":"fail","Package":"b"}
{"ImportPath":"c [c.test]","Action":"build-output","Output":"c_test.go:1: undefined: x\n"}
{"ImportPath":"c [c.test]","Action":"build-fail"}
{"Action":"output","Package":"c","Output":"FAIL\tc [build failed]\n"}
{"Action":"fail","Package":"c","FailedBuild":"c [c.test]"}
`

func TestLog(t *testing.T) {
	cases := []struct {
		name, in, known, out string
		ok                   bool
	}{
		{
			name: "all is well", in: events, ok: true,
			out: "skip  TestClip: needs ../shared/assets\nok  \ta\t0.003s\n1 passed, 0 failed, 1 skipped\n",
		},
		{
			name: "failures, a panic and a build that fails", in: failures,
			out: "    bad_test.go:3: 1 is not 2\nFAIL\tb\t0.003s\npanic: oh\nc_test.go:1: undefined: x\nFAIL\tc [build failed]\n" +
				"failed: b TestBad\n    bad_test.go:3: 1 is not 2\nfailed: b TestPanic\npanic: oh\n" +
				"0 passed, 2 failed, 0 skipped\n",
		},
		{
			name: "failures that are known", in: events + failures, known: "# why\nb\nc\n", ok: true,
			out: "1 packages pass, 2 fail as known, 0 fail anew\n",
		},
		{
			name: "one is not known, one passes by now", in: events + failures, known: "a\nb\n",
			out: "c fails, and is not known to\na is known to fail, and did not\n1 packages pass, 1 fail as known, 1 fail anew\n",
		},
		{
			name: "known tests fail", in: failures, known: "b TestBad TestPanic\nc\n", ok: true,
			out: "0 packages pass, 2 fail as known, 0 fail anew\n",
		},
		{
			name: "another test than the known fails", in: failures, known: "b TestBad\nc\n",
			out: "failed: b TestPanic\npanic: oh\nb TestPanic fails, and is not known to\n0 packages pass, 1 fail as known, 1 fail anew\n",
		},
		{
			name: "does not build, only a test is known", in: failures, known: "b\nc TestX\n",
			out: "c fails, and is not known to\n0 packages pass, 1 fail as known, 1 fail anew\n",
		},
		{
			name: "some fail sometimes", in: events + failures, known: "~a TestOne\n~b\nc\n", ok: true,
			out: "1 packages pass, 2 fail as known, 0 fail anew\n",
		},
		{name: "nothing ran", in: "go: no such module\n", out: "go: no such module\nno tests ran\n"},
		{name: "nothing ran, known", known: "a\n", out: "no tests ran\n"},
	}
	for _, ca := range cases {
		t.Run(ca.name, func(t *testing.T) {
			var out strings.Builder
			l := newLog(&out)
			if ca.known != "" {
				l.known = parseKnown(ca.known)
			}
			require.NoError(t, l.read(strings.NewReader(ca.in)))
			require.Equal(t, ca.ok, l.close())
			require.True(t, strings.HasSuffix(out.String(), ca.out), out.String())
		})
	}
}

func TestKnownFailuresAreQuiet(t *testing.T) {
	var out strings.Builder
	l := newLog(&out)
	l.known = parseKnown("b TestBad\nc\n")
	require.NoError(t, l.read(strings.NewReader(failures)))
	require.NotContains(t, out.String(), "1 is not 2")
	require.Contains(t, out.String(), "panic: oh")
}

func TestShorten(t *testing.T) {
	reason := "=== RUN   TestX\n    x_test.go:9: \n        \tError:  \tnot so\n"
	long := "    x_test.go:12: the server said:\n" + strings.Repeat("        line\n", 1000)
	require.Equal(t, reason+"    x_test.go:12: the server said:\n"+strings.Repeat("        line\n", 11)+"        [982 lines]\n"+
		strings.Repeat("        line\n", 7)+"--- FAIL: TestX (0.00s)\n", shorten(reason+long+"--- FAIL: TestX (0.00s)\n"))
}
