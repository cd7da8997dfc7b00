package detect

import (
	"cmp"
	"slices"
)

// The bounds of what one look may find; hostile or broken models answer with thousands of boxes.
const (
	maxCandidates = 4096
	maxDetections = 300
)

// suppress keeps, of boxes of one class that overlap by more than limit (intersection over union, 0..1), the surest. It
// sorts the candidates, surest first, and gives back the front of the same slice.
func suppress(all []candidate, limit float32) []candidate {
	slices.SortStableFunc(all, func(a, b candidate) int { return cmp.Compare(b.confidence, a.confidence) })
	all = all[:min(len(all), maxCandidates)]
	kept := all[:0]
next:
	for _, c := range all {
		for i := range kept {
			if kept[i].class == c.class && iou(&kept[i], &c) > limit {
				continue next
			}
		}
		if kept = append(kept, c); len(kept) == maxDetections {
			break
		}
	}
	return kept
}

// iou is the intersection of two boxes over their union, 0..1.
func iou(a, b *candidate) float32 {
	w := min(a.x1, b.x1) - max(a.x0, b.x0)
	h := min(a.y1, b.y1) - max(a.y0, b.y0)
	if w <= 0 || h <= 0 {
		return 0
	}
	both := w * h
	return both / ((a.x1-a.x0)*(a.y1-a.y0) + (b.x1-b.x0)*(b.y1-b.y0) - both)
}
