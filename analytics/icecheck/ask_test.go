package icecheck

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/AlexxIT/go2rtc/seats/e2e/coturn"
	"github.com/AlexxIT/go2rtc/seats/e2e/freeport"
	"github.com/pion/stun/v3"
	"github.com/pion/turn/v4"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// certificate is one for a name, signed by itself; the files are for coturn.
func certificate(t testing.TB, name string) (roots *x509.CertPool, pair tls.Certificate, cert, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	require.NoError(t, err)
	pkcs8, err := x509.MarshalPKCS8PrivateKey(private)
	require.NoError(t, err)
	certPEM := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	keyPEM := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8})
	dir := t.TempDir()
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	require.NoError(t, os.WriteFile(cert, certPEM, 0o600))
	require.NoError(t, os.WriteFile(key, keyPEM, 0o600))
	roots = x509.NewCertPool()
	require.True(t, roots.AppendCertsFromPEM(certPEM))
	pair, err = tls.X509KeyPair(certPEM, keyPEM)
	require.NoError(t, err)
	return roots, pair, cert, key
}

// pionSTUN is a STUN server made of pion's TURN server: it answers bindings.
func pionSTUN(t testing.TB) int {
	t.Helper()
	conn, err := net.ListenPacket("udp4", "127.0.0.1:0")
	require.NoError(t, err)
	s, err := turn.NewServer(turn.ServerConfig{
		LoggerFactory:     silent,
		PacketConnConfigs: []turn.PacketConnConfig{{PacketConn: conn, RelayAddressGenerator: &turn.RelayAddressGeneratorNone{Address: "127.0.0.1"}}},
	})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return conn.LocalAddr().(*net.UDPAddr).Port
}

// udp is a socket that takes everything and gives each packet its answer, if there is one.
func udp(t testing.TB, answer func(packet []byte, from net.Addr) []byte) int {
	t.Helper()
	conn, err := net.ListenPacket("udp4", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	go func() {
		for buf := make([]byte, 1500); ; {
			n, from, errRead := conn.ReadFrom(buf)
			if errRead != nil {
				return
			}
			if b := answer(buf[:n], from); len(b) > 0 {
				_, _ = conn.WriteTo(b, from)
			}
		}
	}()
	return conn.LocalAddr().(*net.UDPAddr).Port
}

// always is the same answer to each packet.
func always(text string) func([]byte, net.Addr) []byte {
	return func([]byte, net.Addr) []byte { return []byte(text) }
}

// mute is a TURN server that asks for the credential and then keeps silent.
func mute(packet []byte, _ net.Addr) []byte {
	m := &stun.Message{Raw: packet}
	if m.Decode() != nil || m.Contains(stun.AttrMessageIntegrity) {
		return nil
	}
	refused := stun.NewType(m.Type.Method, stun.ClassErrorResponse)
	return stun.MustBuild(m, refused, stun.CodeUnauthorized, stun.NewNonce("n"), stun.NewRealm("r")).Raw
}

// tcp is a server that greets each client, reads once and hangs up, or keeps silent where it has no greeting.
func tcp(t testing.TB, greeting string) int {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, errAccept := l.Accept()
			if errAccept != nil {
				return
			}
			t.Cleanup(func() { _ = conn.Close() })
			if greeting != "" {
				go func() {
					_, _ = conn.Write([]byte(greeting))
					_, _ = conn.Read(make([]byte, 1500))
					_ = conn.Close()
				}()
			}
		}
	}()
	return l.Addr().(*net.TCPAddr).Port
}

// TestVerdicts: each kind of server, all in one check.
func TestVerdicts(t *testing.T) {
	roots, pair, cert, key := certificate(t, "localhost")
	_, _, otherCert, otherKey := certificate(t, "localhost")
	user := coturn.User + ":" + coturn.Password
	good := coturn.Start(t, coturn.LongTerm()...)
	restPort := coturn.Start(t, "--use-auth-secret", "--static-auth-secret", "north-wind", "--no-tls")
	noUDP := coturn.Start(t, append(coturn.LongTerm(), "--no-udp")...)
	dropping := coturn.Start(t, append(coturn.LongTerm(), "--no-udp")...)
	dropped, err := net.ListenPacket("udp4", fmt.Sprintf("127.0.0.1:%d", dropping))
	require.NoError(t, err)
	defer func() { _ = dropped.Close() }() // what comes here is not read, as behind a firewall
	denying := coturn.Start(t, append(coturn.LongTerm(), "--denied-peer-ip", "127.0.0.0-127.255.255.255")...)
	astray := coturn.Start(t, append(coturn.LongTerm(), "--external-ip", "127.0.0.9/127.0.0.1")...)
	astrayTCP := coturn.Start(t, append(coturn.LongTerm(), "--external-ip", "127.0.0.9/127.0.0.1", "--no-udp")...)
	quota := coturn.Start(t, append(coturn.LongTerm(), "--total-quota", "1")...)
	open := coturn.Start(t, "--no-auth", "--no-tls")
	tlsPort, unknownPort := freeport.Take(t), freeport.Take(t)
	coturn.Start(t, "--lt-cred-mech", "--user", user, "--cert", cert, "--pkey", key, "--tls-listening-port", fmt.Sprint(tlsPort))
	coturn.Start(t, "--lt-cred-mech", "--user", user, "--cert", otherCert, "--pkey", otherKey, "--tls-listening-port", fmt.Sprint(unknownPort))
	web, err := tls.Listen("tcp4", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{pair}})
	require.NoError(t, err)
	require.NoError(t, web.Close()) // its port has no listener

	account := func(url string) server {
		return server{url: url, username: coturn.User, password: coturn.Password}
	}
	at := func(scheme string, port int, query string) string {
		return fmt.Sprintf("%s:127.0.0.1:%d%s", scheme, port, query)
	}
	cases := []struct {
		name    string
		server  server
		problem Problem
		hint    string
	}{
		{"STUN of pion", server{url: at("stun", pionSTUN(t), "")}, "", ""},
		{"STUN of coturn", server{url: at("stun", good, "")}, "", ""},
		{"STUN over TLS", server{url: fmt.Sprintf("stuns:localhost:%d", tlsPort)}, "", ""},
		{"TURN over UDP", account(at("turn", good, "")), "", ""},
		{"TURN over TCP", account(at("turn", good, "?transport=tcp")), "", ""},
		{"TURN over TLS", account(fmt.Sprintf("turns:localhost:%d", tlsPort)), "", ""},
		{"TURN over TCP of a server without UDP", account(at("turn", noUDP, "?transport=tcp")), "", ""},
		{"TURN by secret", server{url: at("turn", restPort, ""), secret: "north-wind"}, "", ""},
		{"TURN by secret for a user", server{url: at("turn", restPort, ""), secret: "north-wind", username: "cam"}, "", ""},
		{"wrong secret", server{url: at("turn", restPort, ""), secret: "south-wind"}, WrongCredential, "static-auth-secret"},
		{"wrong password", server{url: at("turn", good, ""), username: coturn.User, password: "p4ssword"}, WrongCredential, "compare username and credential"},
		{"wrong user over TCP", server{url: at("turn", good, "?transport=tcp"), username: "nobody", password: "p4ssword"}, WrongCredential, "compare"},
		{"expired", server{url: at("turn", restPort, ""), username: "1700000000:cam", password: "x"}, WrongCredential, "ran out at 2023-11-14T22:13:20Z"},
		{"no credential", server{url: at("turn", good, "")}, NoCredential, "wants username and credential"},
		{"TURN on TCP only", account(at("turn", noUDP, "")), TCPOnly, fmt.Sprintf("write turn:127.0.0.1:%d?transport=tcp", noUDP)},
		{"TURN on TCP only, and UDP dropped", account(at("turn", dropping, "")), TCPOnly, fmt.Sprintf("write turn:127.0.0.1:%d?transport=tcp", dropping)},
		{"STUN on TCP only", server{url: at("stun", noUDP, "")}, TCPOnly, fmt.Sprintf("let UDP port %d through", noUDP)},
		{"TCP only and wrong password", server{url: at("turn", noUDP, ""), username: "a", password: "p4ssword"}, TCPOnly, "and then the server refuses the credential"},
		{"allocates but does not relay", account(at("turn", denying, "")), NoRelay, "allow-loopback-peers"},
		{"relays at an address where it is not", account(at("turn", astray, "")), NoRelay, "open its relay ports"},
		{"the same over TCP", account(at("turn", astray, "?transport=tcp")), NoRelay, "open its relay ports"},
		{"and where no UDP gets there", account(at("turn", astrayTCP, "?transport=tcp")), "", "cannot be seen from the box"},
		{"quota used up", account(at("turn", quota, "")), Quota, "486"},
		{"asks for no credential", account(at("turn", open, "")), NoAuth, "use-auth-secret"},
		{"silent", server{url: at("stun", udp(t, always("")), "")}, Unreachable, "no answer from UDP"},
		{"silent TURN", account(at("turn", udp(t, always("")), "")), Unreachable, "no answer from UDP"},
		{"silent once it has the credential", account(at("turn", udp(t, mute), "")), Unreachable, "no answer from UDP"},
		{"silent TCP", account(at("turn", tcp(t, ""), "?transport=tcp")), Unreachable, "no answer from TCP"},
		{"garbage", server{url: at("stun", udp(t, always("HTTP/1.1 400 Bad Request\r\n\r\n")), "")}, Garbage, "no STUN or TURN server"},
		{"short garbage", account(at("turn", udp(t, always("?")), "")), Garbage, "no STUN or TURN server"},
		{"garbage over TCP", account(at("turn", tcp(t, "SSH-2.0-OpenSSH_9.2p1\r\n"), "?transport=tcp")), Garbage, "no STUN or TURN server"},
		{"closed", server{url: at("stun", freeport.Take(t), "")}, Refused, "nobody listens at UDP"},
		{"closed TCP", account(at("turn", freeport.Take(t), "?transport=tcp")), Refused, "nobody listens at TCP"},
		{"certificate of another name", account(at("turns", tlsPort, "")), Certificate, "not for 127.0.0.1"},
		{"certificate of nobody", account(fmt.Sprintf("turns:localhost:%d", unknownPort)), Certificate, "self-signed"},
		{"no TLS", account(at("turns", tcp(t, "SSH-2.0-OpenSSH_9.2p1\r\n"), "")), NotTLS, "not with TLS"},
		{"no such host", server{url: "stun:nowhere.invalid"}, NoSuchHost, "nowhere.invalid"},
		{"stun with a transport", server{url: at("stun", good, "?transport=tcp")}, BadURL, "RFC 7064"},
		{"as an HTTP URL", server{url: "turn://viewer:p4ssword@127.0.0.1"}, BadURL, "keys of their own"},
		{"another scheme", server{url: "https:127.0.0.1"}, BadURL, "not a URL of a STUN or TURN server"},
		{"port out of range", server{url: "stun:127.0.0.1:65536"}, BadURL, "65536"},
		{"DTLS", account(at("turns", tlsPort, "?transport=udp")), BadURL, "DTLS"},
	}
	c := &checker{tls: roots}
	for _, ca := range cases {
		c.servers = append(c.servers, ca.server)
	}
	// another client has the one allocation that this server gives
	held, err := net.ListenPacket("udp4", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { _ = held.Close() }()
	client, err := turn.NewClient(&turn.ClientConfig{
		Conn: held, TURNServerAddr: fmt.Sprintf("127.0.0.1:%d", quota), Username: coturn.User, Password: coturn.Password, LoggerFactory: silent,
	})
	require.NoError(t, err)
	defer client.Close()
	require.NoError(t, client.Listen())
	holds, err := client.Allocate()
	require.NoError(t, err)
	defer func() { _ = holds.Close() }()

	began := time.Now()
	report, err := c.check(t.Context())
	require.NoError(t, err)
	require.Less(t, time.Since(began), limit+time.Second)
	for i, ca := range cases {
		t.Run(ca.name, func(t *testing.T) {
			v := report.Servers[i]
			require.Equal(t, ca.problem, v.Problem, v.Hint)
			require.Equal(t, ca.problem == "", v.OK)
			require.Contains(t, v.Hint, ca.hint)
			require.Equal(t, ca.hint == "", v.Hint == "")
			if v.OK {
				require.NotNil(t, v.RTT)
				host, _, errSplit := net.SplitHostPort(v.Address)
				require.NoError(t, errSplit)
				require.Contains(t, host, "127.0.0.")
			}
		})
	}
	b, err := json.Marshal(report)
	require.NoError(t, err)
	for _, secret := range []string{coturn.Password, "p4ssword", "north-wind", "south-wind"} {
		require.NotContains(t, string(b), secret)
	}
}
