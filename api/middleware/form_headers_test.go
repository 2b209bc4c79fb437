package middleware

import (
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"
)

// readParts returns the contents of the parts of a form, read through
// partHeaders.
func readParts(t *testing.T, body io.Reader) (parts []string, err error) {
	t.Helper()
	form := multipart.NewReader(newPartHeaders(io.NopCloser(body), "B"), "B")
	for {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			return parts, nil
		}
		if err != nil {
			return parts, err
		}
		content, err := io.ReadAll(part)
		if err != nil {
			return parts, err
		}
		parts = append(parts, string(content))
	}
}

func TestFormHeaders_partsGoThroughWhateverTheyHold(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 3*maxPartHeader)
	for name, parts := range map[string][]string{
		"none":                                {},
		"long ones":                           {long, long},
		"empty ones":                          {"", "", long},
		"the boundary as part of a line":      {"\r\n--Bx" + long, "\r\n--B-" + long, "\n--B \t x" + long},
		"the boundary inside a line":          {"x--B\r\n" + long},
		"many line ends":                      {strings.Repeat("\r\n", maxPartHeader), "\r\n\r\n" + long},
		"a header of nearly the longest kind": {"x"},
	} {
		var body strings.Builder
		for _, part := range parts {
			body.WriteString("--B\r\nX: " + long[:maxPartHeader-1000] + "\r\n\r\n" + part + "\r\n")
		}
		body.WriteString("--B--\r\n")
		whole, pieces := body.String(), strings.NewReader(body.String())
		for _, r := range []io.Reader{strings.NewReader(whole), iotest.OneByteReader(pieces)} {
			got, err := readParts(t, r)
			if err != nil || strings.Join(got, "|") != strings.Join(parts, "|") {
				t.Errorf("%s: %d parts of %d, %v", name, len(got), len(parts), err)
			}
		}
	}
}

func TestFormHeaders_aHeaderOfAPartThatIsTooLongIsRefusedBeforeItIsHeld(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 2*maxPartHeader)
	for name, start := range map[string]string{
		"the first part":         "--B\r\nX: ",
		"a later part":           "--B\r\n\r\nx\r\n--B\r\nX: ",
		"after a part with none": "--B\r\n\r\n\r\n--B\r\nX: ",
		"bare line feeds":        "--B\n\n\n--B\nX: ",
	} {
		for _, pieces := range []func(io.Reader) io.Reader{func(r io.Reader) io.Reader { return r }, iotest.OneByteReader, iotest.HalfReader} {
			sent := &counter{Reader: strings.NewReader(start + strings.Repeat(long, 10))}
			_, err := readParts(t, pieces(sent))
			if e, ok := errors.AsType[*Error](err); !ok || e.Status != http.StatusBadRequest || !strings.Contains(e.Error(), "header of a part") {
				t.Errorf("%s: %v", name, err)
			}
			if most := len(start) + maxPartHeader + 8192; sent.n > most {
				t.Errorf("%s: %d bytes were read, over %d", name, sent.n, most)
			}
		}
	}
}

type counter struct {
	io.Reader
	n int
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n += n
	return n, err
}

// countingBody counts how often it is read.
type countingBody struct {
	io.Reader
	reads int
}

func (c *countingBody) Read(p []byte) (int, error) {
	c.reads++
	return c.Reader.Read(p)
}

func (c *countingBody) Close() error { return nil }

func TestFormHeaders_aFormIsReadInLargePieces(t *testing.T) {
	t.Parallel()
	const pieces = 16
	content := strings.Repeat("x", pieces*formBuffer)
	body := &countingBody{Reader: strings.NewReader("--B\r\n\r\n" + content + "\r\n--B--\r\n")}
	got, err := readParts(t, newWholeForm(body, "B"))
	if err != nil || len(got) != 1 || got[0] != content {
		t.Fatalf("%d parts, %v", len(got), err)
	}
	if most := pieces + 2; body.reads > most { // one for the rest and one for the end
		t.Errorf("%d reads; want at most %d", body.reads, most)
	}
}
