package supabase

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"maps"
	"time"
)

// Keys are what a project gives out. Made up here, so there is nothing in them to keep secret.
type Keys struct {
	Secret      string // for the box: service_role
	Publishable string // for pages: anon
	JWTSecret   string // signs the tokens of people
	legacy      bool
}

const jwtSecret = "a-secret-of-the-tests-that-is-at-least-32-bytes-long"

// NewKeys are keys of the kind that projects have since 2025: opaque, sent in the header apikey alone.
func NewKeys() Keys {
	return Keys{
		Secret: "sb_secret_N7UND0UgjKTVK-Uodkm0Hg_xSvEMPvz", Publishable: "sb_publishable_ACJWlzQHlZjBrEguHvfOxg_3BJgxAaH",
		JWTSecret: jwtSecret,
	}
}

// LegacyKeys are keys of the kind that ends with 2026: JWTs that carry their role.
func LegacyKeys() Keys {
	k := Keys{JWTSecret: jwtSecret, legacy: true}
	k.Secret = k.Token(map[string]any{"role": "service_role", "iss": "supabase"})
	k.Publishable = k.Token(map[string]any{"role": "anon", "iss": "supabase"})
	return k
}

// User is the token of a signed-in user who may read these stores.
func (k Keys) User(stores ...string) string {
	return k.Token(map[string]any{
		"role": "authenticated", "aud": "authenticated", "sub": "6f1c5a52-7a0e-4b0c-9d3c-0f8e0c8b7a11",
		"app_metadata": map[string]any{"store_ids": stores},
	})
}

// Token signs claims as Supabase Auth does with a shared secret: a JWT by HS256 (RFC 7519, RFC 7518 §3.2), good for ten
// years unless the claims say otherwise.
func (k Keys) Token(claims map[string]any) string {
	all := map[string]any{"iat": time.Now().Unix(), "exp": time.Now().AddDate(10, 0, 0).Unix()}
	maps.Copy(all, claims)
	payload, err := json.Marshal(all)
	if err != nil {
		panic(err) // claims are made by tests
	}
	text := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"HS256","typ":"JWT"}`)) + "." + base64.RawURLEncoding.EncodeToString(payload)
	mac := hmac.New(sha256.New, []byte(k.JWTSecret))
	mac.Write([]byte(text))
	return text + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}
