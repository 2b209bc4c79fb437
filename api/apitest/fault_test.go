package apitest_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ubiops-contrib/transfer/api"
	"github.com/ubiops-contrib/transfer/api/apitest"
)

// largeZIP is more than what is on its way at once in memory.
func largeZIP(t testing.TB) []byte {
	t.Helper()
	s := apitest.New(t, apitest.WithProject("demo",
		apitest.FromContent(deployment("x.zip"), map[string][]byte{"x.zip": make([]byte, 1<<20)})))
	return export(t, s.Client("demo"), "demo")
}

func TestFault_aResponseTakesThePlaceOfTheServer(t *testing.T) {
	everywhere(t, func(t *testing.T, opts ...apitest.Option) {
		answer := apitest.Answer(503, http.Header{"retry-after": {"7"}}, `{"error": "Try later"}`)
		s := apitest.New(t, append(opts, apitest.WithFault(apitest.ExportsCreate, apitest.First(2), answer))...)
		c := s.Client("demo", once)
		for range 2 {
			_, err := c.Project("demo").Exports.Create(t.Context(), api.Selection{})
			if e, ok := errors.AsType[*api.Error](err); !ok || e.StatusCode != 503 || e.Message != "Try later" {
				t.Errorf("error is %v", err)
			}
		}
		equal(t, "id", create(t, c), apitest.ID(1))
	})
}

func TestFault_aClientThatRepeatsACallMeetsAFaultSoOften(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		s := apitest.New(t)
		s.Inject(apitest.ExportsCreate, apitest.First(2), apitest.Answer(429, http.Header{"Retry-After": {"7"}}, ""))
		create(t, s.Client("demo"))
		requests := s.Requests(apitest.ExportsCreate)
		equal(t, "requests", len(requests), 3)
		if took := requests[2].Time.Sub(start); took < 14*time.Second || took > 15*time.Second {
			t.Errorf("the third came after %v", took)
		}
	})
}

func TestFault_anEarlyResponseIsNotLost(t *testing.T) {
	everywhere(t, func(t *testing.T, opts ...apitest.Option) {
		s := apitest.New(t, append(opts, apitest.WithFault(apitest.ImportsCreate, apitest.Every(), apitest.Answer(413, nil, "too large")))...)
		// Without Expect: 100-continue the body is on its way when the response comes.
		body := struct{ io.Reader }{bytes.NewReader(make([]byte, 16<<20))}
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+"/projects/demo/imports", body)
		must(t, err)
		resp, err := s.HTTPClient.Do(req)
		must(t, err)
		text, err := io.ReadAll(resp.Body)
		must(t, err)
		must(t, resp.Body.Close())
		equal(t, "answer", string(text), "too large")
		equal(t, "status", resp.StatusCode, 413)
	})
}

func TestFault_aDelayIsOfTheBubble(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := apitest.New(t, apitest.WithFault(apitest.ExportsList, apitest.Between(2, 3), apitest.Delay(time.Minute)))
		c := s.Client("demo", once)
		for _, want := range []time.Duration{0, time.Minute, time.Minute, 0} {
			start := time.Now()
			_, err := c.Project("demo").Exports.List(t.Context())
			must(t, err)
			equal(t, "took", time.Since(start), want)
		}
	})
}

func TestFault_aDelayEndsWithTheRequest(t *testing.T) {
	everywhere(t, func(t *testing.T, opts ...apitest.Option) {
		clock := apitest.NewClock(apitest.Start) // which stands still
		s := apitest.New(t, append(opts, apitest.WithClock(clock), apitest.WithFault(apitest.ExportsList, apitest.Every(), apitest.Delay(time.Hour)))...)
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() {
			_, err := s.Project("demo").Exports.List(ctx)
			ended <- err
		}()
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("error is %v", err)
		}
	})
}

func TestFault_aDelayIsOverWhenTheClockSaysSo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		clock := apitest.NewClock(apitest.Start)
		s := apitest.New(t, apitest.WithClock(clock), apitest.WithFault(apitest.ExportsList, apitest.Every(), apitest.Delay(time.Hour)))
		ended := false
		go func() {
			_, err := s.Project("demo").Exports.List(t.Context())
			ended = err == nil
		}()
		synctest.Wait()
		clock.Advance(time.Hour - 1)
		synctest.Wait()
		equal(t, "before", ended, false)
		clock.Advance(1)
		synctest.Wait()
		equal(t, "after", ended, true)
	})
}

func TestFault_aResetBeforeTheServerDidAnything(t *testing.T) {
	everywhere(t, func(t *testing.T, opts ...apitest.Option) {
		s := apitest.New(t, append(opts, apitest.WithFault(apitest.ExportsCreate, apitest.First(1), apitest.ResetBefore()))...)
		c := s.Client("demo", once)
		_, err := c.Project("demo").Exports.Create(t.Context(), api.Selection{})
		if !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("error is %v", err)
		}
		if !errors.Is(err, api.ErrUnknownOutcome) {
			t.Errorf("the outcome is known: %v", err)
		}
		list, err := c.Project("demo").Exports.List(t.Context())
		must(t, err)
		equal(t, "exports", len(list), 0)
		equal(t, "status in the journal", s.Requests()[0].Status, 0)
	})
}

func TestFault_aResetComesWhenTheClientHasSentAll(t *testing.T) {
	everywhere(t, func(t *testing.T, opts ...apitest.Option) {
		s := apitest.New(t, append(opts, apitest.WithFault(apitest.ImportsCreate, apitest.Every(), apitest.ResetBefore()))...)
		zip := make([]byte, 8<<20) // more than is on its way at once, on a socket too
		var sent int64
		_, err := s.Client("demo", once).Project("demo").Imports.Create(t.Context(), file(zip), api.OnProgress(func(done, _ int64) { sent = done }))
		if !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("error is %v", err)
		}
		equal(t, "bytes sent", sent, int64(len(zip)))
		equal(t, "bytes that the server read", s.Requests()[0].In, 0)
	})
}

func TestFault_aResetAfterTheServerDidIt(t *testing.T) {
	everywhere(t, func(t *testing.T, opts ...apitest.Option) {
		s := apitest.New(t, append(opts, apitest.WithFault(apitest.ExportsCreate, apitest.First(1), apitest.ResetAfter()))...)
		c := s.Client("demo", once)
		_, err := c.Project("demo").Exports.Create(t.Context(), api.Selection{})
		if !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("error is %v", err)
		}
		if !errors.Is(err, api.ErrUnknownOutcome) {
			t.Errorf("the outcome is known: %v", err)
		}
		list, err := c.Project("demo").Exports.List(t.Context())
		must(t, err)
		equal(t, "exports", len(list), 1)
		equal(t, "status in the journal", s.Requests()[0].Status, 201)
	})
}

func TestFault_resetsOfReadsAreSeenOnceEach(t *testing.T) {
	everywhere(t, func(t *testing.T, opts ...apitest.Option) {
		s := apitest.New(t, opts...)
		c := s.Client("demo", once)
		_, err := c.Project("demo").Exports.List(t.Context())
		must(t, err)
		s.Inject(apitest.ExportsList, apitest.First(1), apitest.ResetBefore())
		if _, err = c.Project("demo").Exports.List(t.Context()); !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("error is %v", err)
		}
		equal(t, "requests", s.Count(apitest.ExportsList), 2)
	})
}

func TestFault_aResponseIsCut(t *testing.T) {
	everywhere(t, func(t *testing.T, opts ...apitest.Option) {
		zip := sampleZIP(t)
		s := apitest.New(t, append(opts, apitest.WithProject("demo", apitest.FromBytes(zip)))...)
		c := s.Client("demo", once)
		id := apitest.ID(1)
		whole := export(t, c, "demo")
		for _, n := range []int64{0, 1, 5000, int64(len(whole)) - 1, int64(len(whole)), int64(len(whole)) + 1} {
			s.Heal()
			s.Inject(apitest.ExportsDownload, apitest.Every(), apitest.CutResponse(n))
			d, err := c.Project("demo").Exports.Download(t.Context(), id)
			must(t, err)
			got, err := io.ReadAll(d.Body)
			must(t, d.Body.Close())
			met := ""
			if n < int64(len(whole)) {
				met = "cut response after "
				if !errors.Is(err, io.ErrUnexpectedEOF) || int64(len(got)) != n {
					t.Errorf("%d: %d bytes, %v", n, len(got), err)
				}
			} else if err != nil || !bytes.Equal(got, whole) {
				t.Errorf("%d: %d bytes, %v", n, len(got), err)
			}
			requests := s.Requests(apitest.ExportsDownload)
			if last := requests[len(requests)-1]; !strings.HasPrefix(last.Fault, met) || (last.Fault == "") != (met == "") || last.Out != min(n, int64(len(whole))) {
				t.Errorf("%d: the journal has %v", n, last)
			}
		}
		s.Inject(apitest.ExportsGet, apitest.First(1), apitest.CutResponse(10))
		if _, err := c.Project("demo").Exports.Get(t.Context(), id); err == nil || !strings.Contains(err.Error(), "unexpected EOF") {
			t.Errorf("error is %v", err)
		}
	})
}

func TestFault_aRequestIsCut(t *testing.T) {
	everywhere(t, func(t *testing.T, opts ...apitest.Option) {
		zip := sampleZIP(t)
		s := apitest.New(t, append(opts, apitest.WithFault(apitest.ImportsCreate, apitest.First(2), apitest.CutRequest(1000)))...)
		c := s.Client("demo", once)
		for range 2 {
			_, err := c.Project("demo").Imports.Create(t.Context(), file(zip))
			if !errors.Is(err, api.ErrUnknownOutcome) || !errors.Is(err, syscall.ECONNRESET) {
				t.Errorf("error is %v", err)
			}
		}
		list, err := c.Project("demo").Imports.List(t.Context())
		must(t, err)
		equal(t, "imports", len(list), 0)
		_, err = c.Project("demo").Imports.Create(t.Context(), file(zip))
		must(t, err)
		for i, r := range s.Requests(apitest.ImportsCreate) {
			if cut := r.In == 1000 && r.Fault == "cut request after 1000"; cut != (i < 2) {
				t.Errorf("the journal has %v", r)
			}
		}
	})
}

func TestFault_aRequestThatIsShorterThanItsCutIsNotCut(t *testing.T) {
	everywhere(t, func(t *testing.T, opts ...apitest.Option) {
		s := apitest.New(t, append(opts, apitest.WithFault(apitest.AnyOperation, apitest.Every(), apitest.CutRequest(2)))...)
		c := s.Client("demo", once)
		equal(t, "export", exportStatus(t, c, create(t, c)), "completed")
		for _, r := range s.Requests() {
			equal(t, "fault", r.Fault, "")
		}
	})
}

func TestFault_aLargeUploadThatIsCutIsSentAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		zip := largeZIP(t)
		s := apitest.New(t, apitest.WithFault(apitest.ImportsCreate, apitest.First(1), apitest.CutRequest(256<<10)))
		c := s.Client("demo")
		_, err := c.Project("demo").Imports.Create(t.Context(), file(zip))
		must(t, err)
		list, err := c.Project("demo").Imports.List(t.Context())
		must(t, err)
		equal(t, "imports", len(list), 1)
		equal(t, "requests", s.Count(apitest.ImportsCreate), 2)
	})
}

func TestFault_faultsMeetInTheOrderOfInjection(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := apitest.New(t, apitest.WithFault(apitest.ExportsList, apitest.Every(), apitest.Delay(time.Second)))
		s.Inject(apitest.AnyOperation, apitest.First(1), apitest.Answer(500, nil, "first"))
		s.Inject(apitest.ExportsList, apitest.First(2), apitest.Answer(500, nil, "second"))
		c := s.Client("demo", once)
		for _, want := range []string{"first", "second", ""} {
			_, err := c.Project("demo").Exports.List(t.Context())
			got := ""
			if e, ok := errors.AsType[*api.Error](err); ok {
				got = e.Message
			}
			equal(t, "answer", got, want)
		}
		requests := s.Requests()
		equal(t, "faults", requests[0].Fault, "delay 1s, answer 500")
		equal(t, "faults", requests[2].Fault, "delay 1s")
		s.Heal()
		_, err := c.Project("demo").Imports.List(t.Context())
		must(t, err)
	})
}
