package look

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestQueueHoldsEachCameraOnce(t *testing.T) {
	q := newQueue()
	one, two := &Camera{stream: "1"}, &Camera{stream: "2"}
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

func TestTally(t *testing.T) {
	var y tally
	at := time.Unix(1000, 0)
	for range 150 {
		y.looked(at, &Stages{Decode: 2 * time.Millisecond})
		at = at.Add(500 * time.Millisecond)
	}
	sum := y.minute(at)
	require.InDelta(t, 120, sum.looks, 2)
	require.Equal(t, time.Duration(sum.looks)*2*time.Millisecond, sum.decode)
	require.Zero(t, y.minute(at.Add(time.Minute)).looks)
}
