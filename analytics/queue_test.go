package analytics

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestQueueHoldsEachCameraOnce(t *testing.T) {
	q := newQueue()
	one, two := &camera{stream: "1"}, &camera{stream: "2"}
	require.True(t, q.add(one))
	require.True(t, q.add(two))
	require.False(t, q.add(one), "waits already: the newer picture replaces the older")
	require.Same(t, one, q.next())
	require.False(t, q.add(one), "is being looked at")
	q.done(one)
	require.True(t, q.add(one))
	require.Same(t, two, q.next())
	require.Same(t, one, q.next())
	q.close()
	require.Nil(t, q.next())
	require.False(t, q.add(two))
}
