package e2e

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"net"
	"net/textproto"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/AlexxIT/go2rtc/seats/e2e/process"
	"github.com/stretchr/testify/require"
)

// publisher sends RTP to a stream by RTSP (RFC 2326) over one TCP connection. ffmpeg would only send what is whole.
type publisher struct {
	conn     net.Conn
	sequence uint16
}

func publish(t testing.TB, address, stream string) *publisher {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	url := "rtsp://" + address + "/" + stream
	const sdp = "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n" +
		"m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=fmtp:96 packetization-mode=1\r\na=control:trackID=0\r\n"
	replies := bufio.NewReader(conn)
	session := ""
	for i, step := range []struct{ method, url, head, body string }{
		{"ANNOUNCE", url, "Content-Type: application/sdp\r\n", sdp},
		{"SETUP", url + "/trackID=0", "Transport: RTP/AVP/TCP;unicast;interleaved=0-1;mode=record\r\n", ""},
		{"RECORD", url, "", ""},
	} {
		_, err = fmt.Fprintf(conn, "%s %s RTSP/1.0\r\nCSeq: %d\r\n%s%sContent-Length: %d\r\n\r\n%s",
			step.method, step.url, i+1, session, step.head, len(step.body), step.body)
		require.NoError(t, err)
		require.NoError(t, conn.SetReadDeadline(time.Now().Add(10*time.Second)))
		text := textproto.NewReader(replies)
		status, err := text.ReadLine()
		require.NoError(t, err)
		require.Contains(t, status, "200 OK", step.method)
		head, err := text.ReadMIMEHeader()
		require.NoError(t, err)
		if id := head.Get("Session"); id != "" {
			id, _, _ = strings.Cut(id, ";")
			session = "Session: " + id + "\r\n"
		}
	}
	return &publisher{conn: conn}
}

// send sends one RTP packet (RFC 3550), interleaved, with the marker that ends an access unit.
func (p *publisher) send(payload []byte) error {
	b := []byte{'$', 0, 0, 0, 0x80, 0x80 | 96}
	binary.BigEndian.PutUint16(b[2:], uint16(12+len(payload)))
	b = binary.BigEndian.AppendUint16(b, p.sequence)
	b = binary.BigEndian.AppendUint32(b, uint32(p.sequence)*9000)
	b = binary.BigEndian.AppendUint32(b, 1)
	p.sequence++
	_, err := p.conn.Write(append(b, payload...))
	return err
}

// relays publishes what a camera plays as cam1 of a server, by ffmpeg.
func relays(t testing.TB, source, to *server) *process.Process {
	t.Helper()
	return process.Start(t, exec.Command("ffmpeg", "-v", "error", "-nostdin", "-rtsp_transport", "tcp", "-i", fmt.Sprintf("rtsp://127.0.0.1:%d/clip", source.rtsp),
		"-c", "copy", "-rtsp_transport", "tcp", "-f", "rtsp", fmt.Sprintf("rtsp://127.0.0.1:%d/cam1", to.rtsp)))
}
