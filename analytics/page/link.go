package page

import "bytes"

// The link of upstream's navigation bar after which ours comes, and ours.
const (
	indexLink = `<a href="index.html"><b>go2rtc</b></a>`
	seatsLink = `<a href="seats.html">seats</a>`
)

// withLink is upstream's main.js, which draws the navigation bar, with a link to the seats; false where it is not as we
// know it: then upstream's own is served, and the page is reached by its address.
func withLink(script []byte, err error) ([]byte, bool) {
	at := bytes.Index(script, []byte(indexLink))
	if err != nil || at < 0 {
		log.Warn().Err(err).Msg("[page] no link in the navigation bar, open seats.html")
		return nil, false
	}
	begin := bytes.LastIndexByte(script[:at], '\n') + 1
	indent, end := script[begin:at], at+len(indexLink)
	return bytes.Join([][]byte{script[:end], []byte("\n"), indent, []byte(seatsLink), script[end:]}, nil), true
}
