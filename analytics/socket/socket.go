// Package socket tells handlers of WebSocket messages when their socket closes.
package socket

import (
	"context"

	"github.com/AlexxIT/go2rtc/internal/api/ws"
)

type key struct{}

// Context is done when the socket closes. All handlers of one socket share it, however many messages come: upstream
// keeps every function that is given to OnClose.
func Context(tr *ws.Transport) (ctx context.Context) {
	var cancel context.CancelFunc
	tr.WithContext(func(values map[any]any) {
		if ctx, _ = values[key{}].(context.Context); ctx == nil {
			ctx, cancel = context.WithCancel(context.Background())
			values[key{}] = ctx
		}
	})
	if cancel != nil {
		tr.OnClose(cancel)
	}
	return ctx
}
