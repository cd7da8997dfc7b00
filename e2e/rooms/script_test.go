package rooms

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestStates(t *testing.T) {
	for _, ca := range []struct {
		name            string
		persons, things []Span
		want            []State
	}{
		{"nobody", nil, nil, []State{{0, Empty}}},
		{"comes and goes", []Span{{10, 50}}, nil, []State{{0, Empty}, {10, Occupied}, {50, Empty}}},
		{
			"leaves a thing",
			[]Span{{10, 50}},
			[]Span{{12, 90}},
			[]State{{0, Empty}, {10, Occupied}, {70, Abandoned}, {90, Empty}},
		},
		{
			"comes back in time",
			[]Span{{10, 50}, {65, 80}},
			[]Span{{12, 80}},
			[]State{{0, Empty}, {10, Occupied}, {80, Empty}},
		},
		{
			"comes back too late",
			[]Span{{10, 50}, {75, 80}},
			[]Span{{12, 80}},
			[]State{{0, Empty}, {10, Occupied}, {70, Abandoned}, {75, Occupied}, {80, Empty}},
		},
		{
			"the thing goes before its time",
			[]Span{{10, 50}},
			[]Span{{12, 60}},
			[]State{{0, Empty}, {10, Occupied}, {60, Empty}},
		},
		{"put down and nobody ever there", nil, []Span{{30, 70}}, []State{{0, Empty}, {50, Abandoned}, {70, Empty}}},
		{"put down near the end", nil, []Span{{105, 120}}, []State{{0, Empty}}},
		{"there from the first frame", nil, []Span{{0, 120}}, []State{{0, Empty}, {20, Abandoned}}},
		{
			"two things, one after the other without a gap",
			nil,
			[]Span{{10, 22}, {22, 40}},
			[]State{{0, Empty}, {30, Abandoned}, {40, Empty}},
		},
		{
			"two things with a gap",
			nil,
			[]Span{{10, 22}, {23, 60}},
			[]State{{0, Empty}, {43, Abandoned}, {60, Empty}},
		},
		{
			"abandoned, then somebody sits down and leaves it again",
			[]Span{{60, 70}},
			[]Span{{10, 120}},
			[]State{{0, Empty}, {30, Abandoned}, {60, Occupied}, {90, Abandoned}},
		},
		{
			"somebody comes at the very second that it would be abandoned",
			[]Span{{30, 40}},
			[]Span{{10, 40}},
			[]State{{0, Empty}, {30, Occupied}, {40, Empty}},
		},
	} {
		t.Run(ca.name, func(t *testing.T) {
			require.Equal(t, ca.want, States(120, 20, ca.persons, ca.things))
		})
	}
}
