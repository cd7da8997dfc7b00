package supabase

// Fault is one way in which the road to the cloud fails.
type Fault int

// What happens to a request. Where nothing else is said it does not reach the server behind.
const (
	None       Fault = iota
	Refused          // no listener: connections are refused, and open ones reset
	Reset            // the request is done, and the connection reset in the middle of the reply's head
	Swallowed        // the request is done, and the connection closed without a reply
	Hang             // no reply, until the client goes or ProxyOptions.Patience is over
	Dripping         // the request is done, and the reply comes a byte each ProxyOptions.DripEvery
	TooMany          // 429 with Retry-After
	HTML502          // a gateway's page
	Empty503         // a gateway's 503 without a body
	Portal           // 200 and the login page of a captive portal
	MovedHTTPS       // 301 to the same path by https, which the proxy serves with a wrong certificate
	Redirected       // 307 to another host, which writes down what it gets
	HugeError        // 500 with a gigabyte of body
	faults           // how many there are
)

var faultNames = [faults]string{
	"none", "refused", "reset", "swallowed", "hang", "dripping", "429", "html 502", "empty 503", "portal", "301 to https",
	"307 elsewhere", "huge error",
}

func (f Fault) String() string { return faultNames[f] }

// AllFaults are all but None.
func AllFaults() (all []Fault) {
	for f := Refused; f < faults; f++ {
		all = append(all, f)
	}
	return all
}
