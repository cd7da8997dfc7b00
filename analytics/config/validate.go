package config

import (
	"errors"
	"regexp"
	"strings"

	"github.com/AlexxIT/go2rtc/seats/analytics/address"
)

// Validate tells what only the whole configuration shows, all documents merged: what is required, and streams that do
// not exist. hasStream tells whether a name stands under `streams:`. Errors are an *Error.
func (c *Config) Validate(hasStream func(name string) bool) error {
	if c.err != nil {
		return c.err
	}
	if len(c.Seats) > 0 && c.StoreID == "" {
		return c.Errorf("analytics.store_id", "is required once a seat is configured")
	}
	for i := range c.Seats {
		s := &c.Seats[i]
		key := "analytics.seats." + s.ID
		switch {
		case s.Stream == "":
			return c.Errorf(key, "stream is required")
		case len(s.ROI) == 0:
			return c.Errorf(key, "roi is required")
		case !hasStream(s.Stream):
			return c.Errorf(key+".stream", "no stream %q under streams:", s.Stream)
		}
	}
	if err := c.validateReader(); err != nil {
		return err
	}
	return c.validateSinks()
}

func (c *Config) validateReader() error {
	if _, ok := c.lines["analytics.reader"]; !ok {
		return nil
	}
	const key = "analytics.reader.key"
	switch k := c.Reader.Key; {
	case k == "":
		return c.Errorf("analytics.reader", "key is required: what pages pass as their publishable key")
	case strings.Contains(k, "${"):
		return c.Errorf(key, "nothing is set for %s, neither in the environment nor as a secret", unset.FindString(k))
	case strings.ContainsFunc(k, func(r rune) bool { return r <= ' ' || r > '~' }):
		return c.Errorf(key, "has a character that no header can carry: wants letters, digits and signs of ASCII without spaces")
	}
	for _, origin := range c.Reader.Origins {
		if err := address.Origin(origin); err != nil {
			return c.Errorf("analytics.reader.origins", "%v", err)
		}
	}
	return nil
}

// unset is what upstream leaves as it stands when nothing of that name is set; what stands around it may be secret.
var unset = regexp.MustCompile(`\$\{[^}]*\}?`)

func (c *Config) validateSinks() error {
	for _, setting := range []struct{ key, value string }{
		{"supabase.url", c.Supabase.URL},
		{"supabase.key", c.Supabase.Key},
		{"webhook.url", c.Webhook.URL},
		{"webhook.secret", c.Webhook.Secret},
	} {
		if strings.HasPrefix(setting.value, "${") {
			return c.Errorf("analytics."+setting.key, "nothing is set for %s, neither in the environment nor as a secret", setting.value)
		}
	}
	var mistake *address.Error
	if c.Supabase != (Supabase{}) {
		if _, err := address.Supabase(c.Supabase.URL, c.Supabase.Key); errors.As(err, &mistake) {
			return c.Errorf("analytics.supabase."+mistake.Setting, "%s", mistake.Reason)
		}
	}
	if c.Webhook != (Webhook{}) {
		if _, err := address.Webhook(c.Webhook.URL, c.Webhook.Secret); errors.As(err, &mistake) {
			return c.Errorf("analytics.webhook."+mistake.Setting, "%s", mistake.Reason)
		}
	}
	return nil
}
