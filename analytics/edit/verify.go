package edit

import (
	"slices"

	"go.yaml.in/yaml/v4"
)

// finish gives the edited document, once it reads as the old one but for the seat and for what had to be made for it.
// That is compared with each ${NAME} replaced, as the next start reads it.
func (d *Document) finish(id, storeID string) (*Document, error) {
	after, err := Parse(d.apply(), d.expand)
	if err != nil {
		return nil, &Refusal{0, "cannot be edited without breaking it (" + err.Error() + "): edit it by hand"}
	}
	if !same(without(d.root, id, storeID), without(after.root, id, storeID)) {
		return nil, &Refusal{0, "cannot be edited without changing something else in it: edit it by hand"}
	}
	return after, nil
}

// tree is what a node says, without where and how it stands.
type tree struct {
	kind  yaml.Kind
	tag   string
	value string
	items []tree
}

// without is a document but for one seat, a store_id that was made, and mappings that are empty without them.
func without(n *yaml.Node, id, storeID string) tree {
	return prune(n, []string{"analytics", "seats", id}, storeID, map[*yaml.Node]bool{})
}

func prune(n *yaml.Node, path []string, storeID string, open map[*yaml.Node]bool) tree {
	if n == nil {
		return tree{}
	}
	if n.Kind == yaml.AliasNode && n.Alias != nil && !open[n.Alias] {
		open[n.Alias] = true
		defer delete(open, n.Alias)
		return prune(n.Alias, nil, storeID, open)
	}
	t := tree{kind: n.Kind, tag: n.ShortTag(), value: n.Value}
	if n.Kind != yaml.MappingNode || len(path) == 0 {
		for _, child := range n.Content {
			t.items = append(t.items, prune(child, nil, storeID, open))
		}
	} else {
		for i := 0; i+1 < len(n.Content); i += 2 {
			key, value := n.Content[i], n.Content[i+1]
			switch {
			case len(path) == 2 && storeID != "" && key.Value == "store_id" && value.Value == storeID:
			case key.Value != path[0]:
				t.items = append(t.items, prune(key, nil, storeID, open), prune(value, nil, storeID, open))
			case len(path) > 1:
				if below := prune(value, path[1:], storeID, open); len(below.items) > 0 {
					t.items = append(t.items, prune(key, nil, storeID, open), below)
				}
			}
		}
	}
	if len(t.items) == 0 && (n.Kind == yaml.MappingNode && len(path) > 0 || isNull(n)) {
		return tree{}
	}
	return t
}

func same(a, b tree) bool {
	return a.kind == b.kind && a.tag == b.tag && a.value == b.value && slices.EqualFunc(a.items, b.items, same)
}
