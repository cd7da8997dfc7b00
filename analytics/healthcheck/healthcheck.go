// Package healthcheck answers a container's health check, which runs beside the server and knows nothing of its
// configuration: the API may listen on another port, on a socket, by TLS alone, or ask for a password. So the server
// listens on a socket that only its own mount namespace, which is its container, can name; a client that asks there
// gets the server's health, and whether the API answers.
package healthcheck

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"syscall"
	"time"

	"github.com/AlexxIT/go2rtc/internal/app"
)

// timeout bounds one question, within the five seconds that the image's health check has.
const timeout = 4 * time.Second

// address is an abstract Unix socket (unix(7)): it needs no file system that can be written.
func address() (string, error) {
	namespace, err := os.Readlink("/proc/self/ns/mnt")
	return "@go2rtc-seats-health/" + namespace, err
}

// Health is what the server says of itself.
type Health struct {
	Healthy  bool     `json:"healthy"`
	Problems []string `json:"problems"` // a sentence each
}

// Serve answers health checks until the process ends, with the problems that there are then. Where another go2rtc of
// this machine does so already, it leaves that to it: only a container's one server needs to.
func Serve(problems func() []string) {
	var cfg struct {
		Mod endpoint `yaml:"api"`
	}
	cfg.Mod.Listen = ":1984" // as upstream's default
	app.LoadConfig(&cfg)

	socket, err := address()
	if err != nil {
		return // no /proc, so no container of ours
	}
	l, err := (&net.ListenConfig{}).Listen(context.Background(), "unix", socket)
	if err != nil {
		if !errors.Is(err, syscall.EADDRINUSE) {
			app.Logger.Warn().Err(err).Msg("[analytics] health checks have no answer")
		}
		return
	}
	server := &http.Server{
		ReadHeaderTimeout: timeout,
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			h := Health{Problems: problems()}
			if err := cfg.Mod.answers(r.Context()); err != nil {
				h.Problems = append(h.Problems, "the API does not answer: "+err.Error())
			}
			h.Healthy = len(h.Problems) == 0
			_ = json.NewEncoder(w).Encode(h)
		}),
	}
	go func() { _ = server.Serve(l) }() // until the process ends, as upstream's servers do
}

// Check asks the server of this container, prints what is wrong, and gives the exit status of a health check.
func Check(out io.Writer) int {
	h, err := ask()
	switch {
	case err != nil:
		fmt.Fprintln(out, "unhealthy: no server answers:", err)
	case h.Healthy:
		fmt.Fprintln(out, "healthy")
		return 0
	default:
		for _, problem := range h.Problems {
			fmt.Fprintln(out, "unhealthy:", problem)
		}
	}
	return 1
}

func ask() (h Health, err error) {
	socket, err := address()
	if err != nil {
		return h, err
	}
	res, err := get(context.Background(), "http://health/", "unix", socket)
	if err != nil {
		return h, err
	}
	defer func() { _ = res.Body.Close() }()
	return h, json.NewDecoder(res.Body).Decode(&h)
}

// get dials the address given, not the URL's host, and follows no redirect.
func get(ctx context.Context, url, network, address string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	client := &http.Client{
		Timeout:       timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			DisableKeepAlives: true, // one question, then the connection is closed
			DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
				return (&net.Dialer{}).DialContext(ctx, network, address)
			},
			TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, //nolint:gosec // our own listener, under any name
		},
	}
	return client.Do(req)
}

// endpoint is where the API listens, as its section says.
type endpoint struct {
	Listen     string `yaml:"listen"`
	TLSListen  string `yaml:"tls_listen"`
	TLSCert    string `yaml:"tls_cert"`
	TLSKey     string `yaml:"tls_key"`
	UnixListen string `yaml:"unix_listen"`
	BasePath   string `yaml:"base_path"`
}

// answers sends the API a request: that it requires a password, or has no such page, is an answer. An API that the
// operator has switched off is not missing.
func (e *endpoint) answers(ctx context.Context) error {
	scheme, network, address := "http", "tcp", e.Listen
	switch {
	case e.Listen != "":
	case e.UnixListen != "":
		network, address = "unix", e.UnixListen
	case e.TLSListen != "" && e.TLSCert != "" && e.TLSKey != "":
		scheme, address = "https", e.TLSListen
	default:
		return nil
	}
	if network == "tcp" {
		host, port, err := net.SplitHostPort(address)
		if err != nil {
			return err
		}
		if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
			address = net.JoinHostPort("localhost", port)
		}
	}
	res, err := get(ctx, scheme+"://localhost"+e.BasePath+"/api", network, address)
	if err != nil {
		return err
	}
	return res.Body.Close()
}
