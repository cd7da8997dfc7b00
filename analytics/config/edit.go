package config

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"slices"

	"github.com/AlexxIT/go2rtc/seats/analytics/edit"
)

// Edit is a change of one seat that can be written to its file.
type Edit struct {
	Config  Config // what is in force once the edit is written
	Seat    *Seat  // as it is then; nil where it is deleted
	Created bool

	file          *File
	id            string
	before, after *content
	wasOwn        bool // before Write
}

// Put adds a seat or changes it. now is what is in force, and running tells whether this run has a stream. Nothing is
// written before Edit.Write. Errors are a *Refusal.
func (f *File) Put(id string, q *Request, c Condition, now *Config, running func(stream string) bool) (*Edit, error) {
	before, err := f.read()
	if err != nil {
		return nil, err
	}
	if err = f.check(id, c, before, now); err != nil {
		return nil, err
	}
	base := before.config.Seat(id)
	created := base == nil
	if created {
		if err = checkText(id, maxSeatID); err != nil {
			return nil, refuse(Invalid, "id: %v", err)
		}
		base = &Seat{ID: id}
	}
	wanted, fields := q.apply(*base)
	switch stream := Shortened(wanted.Stream); {
	case wanted.Stream == "":
		return nil, refuse(Invalid, "stream: is required")
	case len(wanted.ROI) == 0:
		return nil, refuse(Invalid, "roi: is required")
	case !running(wanted.Stream):
		return nil, refuse(Invalid, "stream: no stream %q under streams:", stream)
	case !before.hasStream(wanted.Stream) && !f.elsewhere[wanted.Stream]:
		return nil, refuse(Invalid, "stream: %q is known to this run only, save it under streams: first", stream)
	}
	storeID, err := q.store(now.StoreID)
	if err != nil {
		return nil, err
	}
	added := storeID
	if now.StoreID != "" {
		added = "" // it stands somewhere already
	}
	document, err := before.document.Put(id, fields, added)
	if err != nil {
		return nil, f.Refuse(err)
	}
	e := &Edit{Config: *now, Seat: &wanted, Created: created, file: f, id: id, before: before}
	if err = e.settle(document); err != nil {
		return nil, err
	}
	e.Config.StoreID = storeID
	wanted.documents = 1
	e.Config.Seats = slices.Clone(now.Seats)
	if i := now.index(id); i >= 0 {
		e.Config.Seats[i] = wanted
	} else {
		e.Config.Seats = append(e.Config.Seats, wanted)
	}
	return e, nil
}

// Delete takes a seat out. One that was taken out of the file by hand is only taken out of force. Errors are a *Refusal.
func (f *File) Delete(id string, c Condition, now *Config) (*Edit, error) {
	before, err := f.read()
	if err != nil {
		return nil, err
	}
	inFile := before.config.Seat(id)
	if inFile == nil && now.Seat(id) == nil {
		return nil, refuse(NotFound, "there is no seat %q", Shortened(id))
	}
	if inFile != nil || c.Revision != "" || !f.own[id] {
		if err = f.check(id, c, before, now); err != nil {
			return nil, err
		}
	}
	document, err := before.document.Delete(id)
	if err != nil {
		return nil, f.Refuse(err)
	}
	e := &Edit{Config: *now, file: f, id: id, before: before}
	if err = e.settle(document); err != nil {
		return nil, err
	}
	e.Config.Seats = slices.DeleteFunc(slices.Clone(now.Seats), func(s Seat) bool { return s.ID == id })
	return e, nil
}

func (f *File) check(id string, c Condition, file *content, now *Config) error {
	inFile, inMemory := file.config.Seat(id), now.Seat(id)
	if inMemory != nil && (inMemory.documents > 1 || !f.own[id]) {
		return refuse(Conflict, "seat %q is set by another -config than the file: edit it there", id)
	}
	if text := c.refuses(id, inFile, inMemory); text != "" {
		return &Refusal{Kind: Conflict, Text: text, Changed: true, Seat: inFile}
	}
	return nil
}

// settle decodes the edited text as the next start would: the seat must be the one that was asked for. That nothing
// else has changed was proven where the text was edited.
func (e *Edit) settle(document *edit.Document) (err error) {
	if e.after = e.before; document != e.before.document {
		if e.after, err = e.file.decode(document); err != nil {
			return err
		}
	}
	if e.after.config.Seat(e.id).Revision() != e.Seat.Revision() {
		return e.file.Refuse(errors.New("cannot be edited without changing something else in it, edit it by hand"))
	}
	return nil
}

// Write puts the edited text in the place of the one before, whole or not at all, unless the file has changed since it
// was read. Errors are a *Refusal.
func (e *Edit) Write() error {
	f := e.file
	if e.after != e.before {
		now, err := os.ReadFile(f.path)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return f.trouble(err)
		}
		if !bytes.Equal(now, e.before.document.Text()) {
			return f.Refuse(errors.New("was written by somebody else just now, try again"))
		}
		if err = writeWhole(f.path, e.after.document.Text()); err != nil {
			return f.trouble(err)
		}
		f.last = e.after
	}
	e.wasOwn, f.own[e.id] = f.own[e.id], e.Seat != nil
	return nil
}

// Undo puts back what Write has replaced.
func (e *Edit) Undo() error {
	f, text := e.file, e.before.document.Text()
	f.own[e.id], f.last = e.wasOwn, e.before
	switch {
	case e.after == e.before:
		return nil
	case text == nil:
		return os.Remove(f.path)
	}
	return writeWhole(f.path, text)
}
