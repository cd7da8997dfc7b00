package measure

import (
	"fmt"
	"sync"
)

// table is what the README's section "Measured" takes.
var table rows

type rows struct {
	mu   sync.Mutex
	list [][2]string
}

func (r *rows) add(what, figure string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.list = append(r.list, [2]string{what, figure})
}

func (r *rows) print() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.list) == 0 {
		return
	}
	fmt.Println("| | |\n|---|---|")
	for _, row := range r.list {
		fmt.Printf("| %s | %s |\n", row[0], row[1])
	}
}
