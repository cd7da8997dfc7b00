package measure

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/bluenviron/gohlslib/v2/pkg/playlist"
)

// follower watches HLS as players do (RFC 8216 and its second edition): whole segments by polling, or parts by requests
// that wait until they can be answered.
type follower struct {
	low  bool // takes parts, where there are any
	hint bool // asks for the part that is announced before it is there, as Safari does

	client  http.Client
	base    *url.URL // of the media playlist
	segment int      // whose part comes next
	part    int
	header  string // URI of the last initialisation section

	requests atomic.Int64
	refused  atomic.Int64 // 404
	bytes    atomic.Int64 // of media
}

// follow watches until the context ends. An answer that is neither 200 nor 404 ends it, too.
func (f *follower) follow(ctx context.Context, address string) error {
	f.client.Transport = &http.Transport{} // connections of its own
	defer f.client.CloseIdleConnections()
	for ctx.Err() == nil {
		if err := f.play(ctx, address); ctx.Err() == nil && !errors.Is(err, errRefused) {
			return err
		}
		sleep(ctx, time.Second) // a player that was refused begins anew
	}
	return nil
}

// play goes on until something is refused.
func (f *follower) play(ctx context.Context, address string) error {
	if err := f.open(ctx, address); err != nil {
		return err
	}
	for {
		pause, err := f.step(ctx)
		if err != nil {
			return err
		}
		sleep(ctx, pause)
	}
}

// open reads the multivariant playlist, and takes its first variant.
func (f *follower) open(ctx context.Context, address string) error {
	b, err := f.get(ctx, address)
	if err != nil {
		return err
	}
	var list playlist.Multivariant
	if err = list.Unmarshal(b); err != nil {
		return fmt.Errorf("%s: %w: %q", address, err, b)
	}
	base, err := url.Parse(address)
	if err != nil {
		return err
	}
	f.base, err = base.Parse(list.Variants[0].URI)
	f.segment, f.part, f.header = -1, 0, ""
	return err
}

// step reads the media playlist and what is new in it. It returns how long a player waits until the next step.
func (f *follower) step(ctx context.Context) (time.Duration, error) {
	address := *f.base
	low := f.low && f.segment >= 0
	if low {
		query := address.Query()
		query.Set("_HLS_msn", fmt.Sprint(f.segment))
		query.Set("_HLS_part", fmt.Sprint(f.part))
		address.RawQuery = query.Encode()
	}
	b, err := f.get(ctx, address.String())
	if err != nil {
		return 0, err
	}
	var list playlist.Media
	if err = list.Unmarshal(b); err != nil {
		return 0, fmt.Errorf("%s: %w: %q", &address, err, b)
	}
	if list.Map != nil && list.Map.URI != f.header {
		f.header = list.Map.URI
		if err = f.media(ctx, f.header); err != nil {
			return 0, err
		}
	}
	if list.PartInf == nil || list.ServerControl == nil || !list.ServerControl.CanBlockReload {
		f.low = false
	}
	fresh, err := f.fetch(ctx, &list)
	switch {
	case err != nil:
		return 0, err
	case f.low:
		return 0, nil
	case fresh:
		return time.Duration(list.TargetDuration) * time.Second, nil
	}
	return time.Duration(list.TargetDuration) * time.Second / 2, nil
}

// fetch takes what the playlist has more than the one before.
func (f *follower) fetch(ctx context.Context, list *playlist.Media) (fresh bool, err error) {
	end := list.MediaSequence + len(list.Segments)
	if f.segment < list.MediaSequence {
		f.segment, f.part = max(list.MediaSequence, end-3), 0
	}
	for ; f.segment < end; f.segment, f.part = f.segment+1, 0 {
		fresh = true
		segment := list.Segments[f.segment-list.MediaSequence]
		if !f.low || f.part == 0 || len(segment.Parts) == 0 {
			if err = f.media(ctx, segment.URI); err != nil {
				return fresh, err
			}
			continue
		}
		if err = f.parts(ctx, segment.Parts); err != nil {
			return fresh, err
		}
	}
	if !f.low {
		return fresh, nil
	}
	if err = f.parts(ctx, list.Parts); err == nil && f.hint && list.PreloadHint != nil {
		f.part++
		err = f.media(ctx, list.PreloadHint.URI)
	}
	return true, err
}

func (f *follower) parts(ctx context.Context, list []*playlist.MediaPart) error {
	for ; f.part < len(list); f.part++ {
		if err := f.media(ctx, list[f.part].URI); err != nil {
			return err
		}
	}
	return nil
}

func (f *follower) media(ctx context.Context, uri string) error {
	address, err := f.base.Parse(uri)
	if err != nil {
		return err
	}
	b, err := f.get(ctx, address.String())
	f.bytes.Add(int64(len(b)))
	if err == nil && len(b) == 0 {
		return fmt.Errorf("%s is empty", address)
	}
	return err
}

var errRefused = errors.New("404")

func (f *follower) get(ctx context.Context, address string) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	f.requests.Add(1)
	res, err := f.client.Do(request)
	if err != nil {
		return nil, err
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	switch {
	case err != nil:
		return nil, err
	case res.StatusCode == http.StatusNotFound:
		f.refused.Add(1)
		return nil, errRefused
	case res.StatusCode != http.StatusOK:
		return nil, fmt.Errorf("%s: %s: %s", address, res.Status, b)
	}
	return b, nil
}

func sleep(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
