package api

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"
)

func TestSentBody_aBodyCountsAsSentWithItsLastByte(t *testing.T) {
	t.Parallel()
	req, err := http.NewRequest(http.MethodPost, "https://example.com", strings.NewReader("whole"))
	if err != nil {
		t.Fatal(err)
	}
	var quiet silence
	quiet.listen(t.Context(), newWatchdog())
	var sent sentBody
	sent.track(req, &quiet)
	for n, want := range []bool{false, true} { // of 4 bytes, and the fifth
		if _, err := io.ReadFull(req.Body, make([]byte, 4-3*n)); err != nil {
			t.Fatal(err)
		}
		if whole, err := sent.result(); whole != want || err != nil {
			t.Errorf("part %d: whole is %v, %v", n, whole, err)
		}
	}

	var twice sentBody // and what net/http itself sends again
	twice.track(req, &quiet)
	again, err := req.GetBody()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, again); err != nil {
		t.Fatal(err)
	}
	if whole, _ := twice.result(); !whole {
		t.Error("a second body was not noticed")
	}
}

func TestSentBody_aBodyNotesHowItsSourceFailed(t *testing.T) {
	t.Parallel()
	broken := errors.New("disk on fire")
	req, err := http.NewRequest(http.MethodPost, "https://example.com", iotest.ErrReader(broken))
	if err != nil {
		t.Fatal(err)
	}
	req.ContentLength = 1
	var quiet silence
	quiet.listen(t.Context(), newWatchdog())
	var sent, none sentBody
	sent.track(req, &quiet)
	if _, err := io.Copy(io.Discard, req.Body); !errors.Is(err, broken) {
		t.Errorf("read with %v", err)
	}
	if whole, err := sent.result(); whole || !errors.Is(err, broken) {
		t.Errorf("whole is %v, %v", whole, err)
	}
	none.track(&http.Request{}, nil)
	if whole, err := none.result(); !whole || err != nil {
		t.Errorf("without a body, whole is %v, %v", whole, err)
	}
}
