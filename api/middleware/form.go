package middleware

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"

	"github.com/ubiops-contrib/transfer/api/internal/contract"
)

const (
	maxFormParts = 100
	maxFormField = 64 << 10 // bytes
)

// ImportForm is what the form of imports_create says. Exactly one of
// ImportLink, ExportID and HasFile is set.
type ImportForm struct {
	ImportLink       string // an absolute http or https URL
	ExportID         string // a UUID
	HasFile          bool   // an archive was uploaded
	SkipConfirmation bool
}

// ReadImportForm reads the form of imports_create as it arrives. The uploaded
// archive goes to store, which reads it to its end; nothing of it is held in
// memory. The other fields may stand before or after it, so what store has
// kept counts only once ReadImportForm returns without an error.
//
// The contract asks for exactly one source. None, two, a malformed or
// oversized field, a form that is cut short or has over a hundred parts is an
// [*Error] with 400. Ignored are fields that the contract does not name, and
// those that are not filled in: an empty text, and a file without a name and
// without a byte. Browsers send every field. A boolean is true, false, 1 or 0,
// in any case.
//
// Over Options.MaxUpload the error wraps a [*http.MaxBytesError], which is
// answered with 413, under Options.MinRate an [*Error] with 408. An error of
// store is wrapped, unless reading the archive had failed before.
func ReadImportForm(form *multipart.Reader, store func(archive io.Reader) error) (ImportForm, error) {
	read := importForm{seen: make(map[string]bool)}
	for range maxFormParts {
		part, err := form.NextPart()
		// At the closing boundary the error is io.EOF itself; one that wraps
		// it means that the body ends too early, but for an empty body.
		if err == io.EOF || read.parts == 0 && errors.Is(err, io.EOF) {
			if read.source == "" {
				return ImportForm{}, badForm("it has no source; give exactly one of file, import_link and export_id")
			}
			return read.ImportForm, nil
		}
		if err != nil {
			return ImportForm{}, formError(err)
		}
		read.parts++
		if err := read.part(part, store); err != nil {
			return ImportForm{}, err
		}
	}
	return ImportForm{}, badForm("it has more than %d parts", maxFormParts)
}

type importForm struct {
	ImportForm
	source string          // the name of the one source
	seen   map[string]bool // the fields of the contract that were there
	parts  int
}

func (f *importForm) part(part *multipart.Part, store func(io.Reader) error) error {
	name := part.FormName()
	switch name {
	case "file", "import_link", "export_id", "skip_confirmation":
	default:
		return nil
	}
	var value string
	var archive io.Reader
	var err error
	if name == "file" {
		archive, err = fileOf(part)
	} else {
		value, err = fieldValue(part)
	}
	if err != nil || archive == nil && value == "" {
		return err
	}
	if err := f.given(name); err != nil {
		return err
	}
	if name == "file" {
		f.HasFile = true
		return storeFile(archive, store)
	}
	return f.set(name, value)
}

// given notes that a field is filled in.
func (f *importForm) given(name string) error {
	if f.seen[name] {
		return badForm("the field %s is given twice", name)
	}
	f.seen[name] = true
	if name == "skip_confirmation" {
		return nil
	}
	if f.source != "" {
		return badForm("both %s and %s are given; an import has exactly one source", f.source, name)
	}
	f.source = name
	return nil
}

func (f *importForm) set(name, value string) error {
	switch name {
	case "import_link":
		if !contract.IsLink(value) {
			return badForm("import_link is not an absolute http or https URL")
		}
		f.ImportLink = value
	case "export_id":
		if !contract.IsUUID(value) {
			return badForm("export_id is not a UUID")
		}
		f.ExportID = value
	case "skip_confirmation":
		skip, ok := parseBool(value)
		if !ok {
			return badForm("skip_confirmation is not a boolean: true, false, 1 or 0")
		}
		f.SkipConfirmation = skip
	}
	return nil
}

func fieldValue(part *multipart.Part) (string, error) {
	value, err := io.ReadAll(io.LimitReader(part, maxFormField+1))
	if err != nil {
		return "", formError(err)
	}
	if len(value) > maxFormField {
		return "", badForm("the field %s is longer than %d bytes", part.FormName(), maxFormField)
	}
	return string(value), nil
}

// fileOf returns the archive in a part, or nil if no file was chosen.
func fileOf(part *multipart.Part) (io.Reader, error) {
	if part.FileName() != "" {
		return part, nil
	}
	first := make([]byte, 1)
	switch _, err := io.ReadFull(part, first); {
	case err == io.EOF:
		return nil, nil
	case err != nil:
		return nil, formError(err)
	}
	return io.MultiReader(bytes.NewReader(first), part), nil
}

func storeFile(part io.Reader, store func(io.Reader) error) error {
	archive := &upload{Reader: part}
	err := store(archive)
	if archive.err != nil {
		return formError(archive.err) // what store makes of it says nothing new
	}
	if err != nil {
		return fmt.Errorf("storing the archive: %w", err)
	}
	return nil
}

// upload remembers how reading it failed, to tell a body that was cut short
// from a full disk.
type upload struct {
	io.Reader
	err error
}

func (u *upload) Read(p []byte) (int, error) {
	n, err := u.Reader.Read(p)
	if err != nil && err != io.EOF {
		u.err = err
	}
	return n, err
}

// formError is the response to a form that could not be read.
func formError(err error) error {
	if isAnswer(err) {
		return fmt.Errorf("reading the form: %w", err)
	}
	answer := badForm("it is malformed")
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		answer = badForm("it is cut short")
	}
	answer.Err = err
	return answer
}

// badForm puts everything in the message: the official tools show nothing else.
func badForm(reason string, args ...any) *Error {
	return &Error{Status: http.StatusBadRequest, Message: "the form cannot be used: " + fmt.Sprintf(reason, args...)}
}
