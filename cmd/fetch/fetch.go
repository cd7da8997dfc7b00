package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"time"
)

const (
	reachTimeout = 4 * time.Second  // name, connection and TLS: what hangs on a machine without internet
	stallTimeout = 10 * time.Second // between two pieces of a download
)

// wrongFileError is a file that lies at an item's path and is none of its copies. It may be there on purpose, so it
// stays.
type wrongFileError struct{ path, found, expected string }

func (e *wrongFileError) Error() string {
	return fmt.Sprintf("%s: sha256 is %s, expected %s; remove it to fetch it anew", e.path, e.found, e.expected)
}

type fetcher struct {
	root   string
	client *http.Client
}

func newClient() *http.Client {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.DialContext = (&net.Dialer{Timeout: reachTimeout}).DialContext
	t.TLSHandshakeTimeout = reachTimeout
	t.ResponseHeaderTimeout = stallTimeout
	return &http.Client{Transport: t}
}

// fetch makes sure that the item is at its path. It returns where the file came from, "" where it was there already.
func (f *fetcher) fetch(ctx context.Context, it *item) (string, error) {
	path := filepath.Join(f.root, it.Path)
	switch sum, err := hashFile(path); {
	case err == nil && it.accepts(sum):
		return "", nil
	case err == nil:
		return "", &wrongFileError{it.Path, sum, it.sums()}
	case !errors.Is(err, fs.ErrNotExist):
		return "", err
	}

	var last error
	for _, p := range it.Copies {
		from, body, err := f.open(ctx, p)
		if err == nil {
			err = save(path, body, p)
			_ = body.Close()
		}
		if err == nil {
			return from, nil
		}
		if !errors.Is(err, fs.ErrNotExist) || last == nil {
			last = fmt.Errorf("%s: %w", from, err)
		}
	}
	return "", fmt.Errorf("%s is missing (%s, %s): %w; put the file there by hand; source: %s", it.Path, it.Name, it.Use, last, it.Source)
}

func (f *fetcher) open(ctx context.Context, p place) (string, io.ReadCloser, error) {
	if p.File != "" {
		body, err := os.Open(filepath.Join(f.root, p.File))
		return p.File, body, reason(err)
	}
	body, err := f.get(ctx, p.URL)
	return p.URL, body, reason(err)
}

func (f *fetcher) get(ctx context.Context, link string) (io.ReadCloser, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, link, http.NoBody)
	if err != nil {
		cancel(nil)
		return nil, err
	}
	res, err := f.client.Do(req)
	if err == nil && res.StatusCode != http.StatusOK {
		_ = res.Body.Close()
		err = fmt.Errorf("the server answers %s", res.Status)
	}
	if err != nil {
		cancel(nil)
		return nil, err
	}
	stall := time.AfterFunc(stallTimeout, func() { cancel(errors.New("the download stalls")) })
	return &stallReader{res.Body, stall, ctx, cancel}, nil
}

// stallReader ends a download from which nothing comes any more; a slow one may take its time.
type stallReader struct {
	io.ReadCloser
	stall  *time.Timer
	ctx    context.Context
	cancel context.CancelCauseFunc
}

func (r *stallReader) Read(b []byte) (int, error) {
	n, err := r.ReadCloser.Read(b)
	r.stall.Reset(stallTimeout)
	if cause := context.Cause(r.ctx); err != nil && !errors.Is(err, io.EOF) && cause != nil {
		err = cause
	}
	return n, err
}

func (r *stallReader) Close() error {
	r.stall.Stop()
	defer r.cancel(nil)
	return r.ReadCloser.Close()
}

// save writes body beside path, and renames it to path when it is what p promises.
func save(path string, body io.Reader, p place) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*.tmp")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(tmp.Name()) }() // fails after the rename
	defer func() { _ = tmp.Close() }()

	hash := sha256.New()
	n, err := io.Copy(io.MultiWriter(tmp, hash), io.LimitReader(body, p.Bytes+1))
	if err != nil {
		return err
	}
	if sum := hex.EncodeToString(hash.Sum(nil)); sum != p.SHA256 || n != p.Bytes {
		return fmt.Errorf("sha256 is %s (%d bytes read), expected %s (%d bytes)", sum, n, p.SHA256, p.Bytes)
	}
	if err = tmp.Chmod(0o644); err != nil {
		return err
	}
	if err = tmp.Close(); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), path)
}

func hashFile(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer func() { _ = f.Close() }()
	hash := sha256.New()
	if _, err = io.Copy(hash, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}

// reason takes method and address off an error: fetch names the place itself.
func reason(err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		return u.Err
	}
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		return p.Err
	}
	return err
}
