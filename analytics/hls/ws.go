package hls

import (
	"errors"

	"github.com/AlexxIT/go2rtc/internal/api"
	"github.com/AlexxIT/go2rtc/internal/api/ws"
	"github.com/AlexxIT/go2rtc/internal/streams"
	"github.com/AlexxIT/go2rtc/pkg/mp4"
	"github.com/AlexxIT/go2rtc/seats/analytics/socket"
)

// handlerWS answers the codecs that a browser plays with the multivariant playlist, as upstream does. Upstream runs it on
// a goroutine of its own, so it may wait.
func handlerWS(tr *ws.Transport, msg *ws.Message) error {
	query := tr.Request.URL.Query()
	stream, _ := streams.GetOrPatch(query)
	if stream == nil {
		return errors.New(api.StreamNotFound)
	}
	name := query.Get("src")
	if given := query.Get("name"); given != "" && streams.Get(name) != stream {
		name = given
	}
	medias := mp4.ParseCodecs(msg.String(), true)
	if len(medias) == 0 {
		medias = filter(nil)
	}
	log.Trace().Str("stream", name).Str("codecs", msg.String()).Msg("[hls] new ws consumer")

	playlist, err := open(socket.Context(tr), name, stream, medias)
	if err != nil {
		return err
	}
	tr.Write(&ws.Message{Type: "hls", Value: string(playlist)})
	return nil
}
