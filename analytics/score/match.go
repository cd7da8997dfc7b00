package score

import "time"

// pair is a true event and the told one that tells of it, by their index.
type pair struct{ truth, told int }

// match pairs true moments with told ones, both ascending, one to one and in the order of time, none further apart than
// tolerance: as many as can be, and of these ways the one with the least error in all. (Crossing pairs never do better:
// uncrossing them lengthens neither their sum nor their longest.)
func match(truth, told []time.Duration, tolerance time.Duration) (pairs []pair) {
	type best struct {
		count int
		cost  time.Duration
	}
	better := func(a, b best) bool { return a.count > b.count || a.count == b.count && a.cost < b.cost }
	// table[i][j] is the best that the first i and the first j can do
	table := make([][]best, len(truth)+1)
	table[0] = make([]best, len(told)+1)
	paired := func(i, j int) (best, bool) {
		off := (truth[i-1] - told[j-1]).Abs()
		before := table[i-1][j-1]
		return best{before.count + 1, before.cost + off}, off <= tolerance
	}
	for i := 1; i <= len(truth); i++ {
		table[i] = make([]best, len(told)+1)
		for j := 1; j <= len(told); j++ {
			table[i][j] = table[i-1][j]
			if better(table[i][j-1], table[i][j]) {
				table[i][j] = table[i][j-1]
			}
			if both, ok := paired(i, j); ok && better(both, table[i][j]) {
				table[i][j] = both
			}
		}
	}
	for i, j := len(truth), len(told); i > 0 && j > 0; {
		switch table[i][j] {
		case table[i-1][j]:
			i--
		case table[i][j-1]:
			j--
		default:
			i, j = i-1, j-1
			pairs = append(pairs, pair{i, j})
		}
	}
	return pairs
}
