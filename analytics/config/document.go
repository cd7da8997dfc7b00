package config

import (
	"errors"
	"fmt"
	"os"

	"github.com/AlexxIT/go2rtc/seats/analytics/edit"
	"go.yaml.in/yaml/v4"
)

// content is what a file says at one moment.
type content struct {
	document *edit.Document
	config   Config // with ${NAME} replaced
	streams  map[string]any
}

// decode decodes a text as the start would. Its syntax was checked when it was parsed; here are mistakes of the section,
// and keys that stand twice.
func decode(document *edit.Document) (*content, error) {
	c := &content{document: document, config: Default()}
	if document.Root() == nil {
		return c, nil
	}
	var cfg struct {
		Mod Config `yaml:"analytics"`
	}
	cfg.Mod = c.config
	err := document.Root().Decode(&cfg)
	if cfg.Mod.err != nil {
		err = cfg.Mod.err // says the line and the key
	}
	var all any
	if err == nil {
		err = document.Root().Decode(&all)
	}
	if err != nil {
		return nil, err
	}
	c.config = cfg.Mod
	top, _ := all.(map[string]any)
	c.streams, _ = top["streams"].(map[string]any)
	return c, nil
}

func (c *content) hasStream(name string) bool {
	_, ok := c.streams[name]
	return ok
}

// Load reads a configuration without starting go2rtc. expand replaces ${NAME} as upstream does before it parses.
func Load(path string, expand func([]byte) []byte) (Config, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return Config{}, err
	}
	var cfg struct {
		Mod     Config         `yaml:"analytics"`
		Streams map[string]any `yaml:"streams"`
	}
	cfg.Mod = Default()
	err = yaml.Unmarshal(expand(b), &cfg)
	if err == nil || cfg.Mod.err != nil {
		err = cfg.Mod.Validate(func(name string) bool { _, ok := cfg.Streams[name]; return ok })
	}
	if mistake, ok := errors.AsType[*Error](err); ok {
		return Config{}, errors.New(mistake.In(path))
	}
	if err != nil {
		return Config{}, fmt.Errorf("%s: %w", path, err)
	}
	return cfg.Mod, nil
}
