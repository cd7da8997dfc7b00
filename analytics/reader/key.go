package reader

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"net/http"
	"strings"
)

// key is the hash of the reader's key: hashes are equally long, so the time of comparing reveals nothing.
type key [sha256.Size]byte

func newKey(text string) key { return sha256.Sum256([]byte(text)) }

func (k *key) is(text string) bool {
	other := newKey(text)
	return subtle.ConstantTimeCompare(k[:], other[:]) == 1
}

// given is the key of a request: the header apikey decides, then the parameter, then the bearer, as at Supabase's
// gateway. A bearer beside an apikey is a user's token; there is no sign-in here, so it does not matter.
func given(r *http.Request) string {
	if k := r.Header.Get("apikey"); k != "" {
		return k
	}
	if k := r.URL.Query().Get("apikey"); k != "" {
		return k
	}
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if strings.EqualFold(scheme, "bearer") {
		return strings.TrimSpace(token)
	}
	return ""
}

// refusal is how Supabase's gateway refuses.
type refusal struct {
	Message string `json:"message"`
	Hint    string `json:"hint"`
}

// admit answers 401 and tells false where the key is missing or wrong.
func (s *Server) admit(w http.ResponseWriter, r *http.Request) bool {
	text := given(r)
	if text != "" && s.key.is(text) {
		return true
	}
	body := refusal{"Invalid API key", "Give createClient the value of reader.key in go2rtc.yaml."}
	if text == "" {
		body = refusal{"No API key found in request", "No `apikey` request header or url param was found."}
	}
	w.Header().Set("Content-Type", jsonUTF8)
	w.WriteHeader(http.StatusUnauthorized)
	_ = json.NewEncoder(w).Encode(body)
	return false
}
