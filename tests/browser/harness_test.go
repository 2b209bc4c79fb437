package browser

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// patience is how long a step of a person may take.
const patience = 20 * time.Second

// tab is a window of a browser of its own, with its own cookies.
type tab struct {
	*testing.T
	ctx context.Context

	mu       sync.Mutex
	requests []string // URLs
	said     []string // on the console, and errors of scripts
}

// open opens a window that ends with the test.
func open(t *testing.T) *tab {
	t.Helper()
	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]),
		chromedp.NoSandbox, // in containers it needs rights that nobody has there
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"))
	w := &tab{T: t}
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(cancel)
	w.ctx, cancel = chromedp.NewContext(ctx, chromedp.WithListener(w.note))
	t.Cleanup(cancel)
	if _, err := chromedp.Call(w.ctx, network.Enable, network.EnableParams{}); err != nil {
		t.Fatalf("Chromium does not start: %v", err)
	}
	w.size(1440)
	return w
}

func (w *tab) note(event any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		w.requests = append(w.requests, e.Request.URL)
	case *runtime.EventConsoleAPICalled:
		for _, argument := range e.Args {
			w.said = append(w.said, string(argument.Value))
		}
	case *runtime.EventExceptionThrown:
		w.said = append(w.said, e.ExceptionDetails.Text)
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelWarning || e.Entry.Level == log.EntryLevelError {
			w.said = append(w.said, e.Entry.Text)
		}
	}
}

type step = chromedp.Action[chromedp.Void]

// call is a step that is a command of the protocol.
func call[P any](command cdp.Command[P, cdp.Empty], params P) step {
	return chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, command, params)
		return err
	})
}

// do takes steps, or fails with a picture of where it stopped.
func (w *tab) do(what string, steps ...step) {
	w.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, patience)
	defer cancel()
	err := chromedp.Do(ctx, steps...)
	for isGone(err) && ctx.Err() == nil {
		err = chromedp.Do(ctx, steps...)
	}
	w.must(what, err)
}

// isGone reports whether an element was found on a page that was left before the first
// thing was done with it. A person would look again.
func isGone(err error) bool {
	return err != nil && strings.Contains(err.Error(), "node with given id")
}

func get[T any](w *tab, what string, action chromedp.Action[T]) T {
	w.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, patience)
	defer cancel()
	value, err := chromedp.Run(ctx, action)
	w.must(what, err)
	return value
}

func (w *tab) must(what string, err error) {
	w.Helper()
	if err == nil {
		return
	}
	ctx, cancel := context.WithTimeout(w.ctx, patience)
	defer cancel()
	at, unseen := chromedp.Run(ctx, chromedp.Location())
	body, unread := chromedp.Run(ctx, chromedp.Text(chromedp.CSS("body")))
	w.picture(strings.ReplaceAll(w.Name(), "/", "-") + "-failed")
	w.Fatalf("%s: %v\nat %s (%v):\n%s", what, err, at, errors.Join(unseen, unread), body)
}

// forget forgets what was said on the console, such as that a page has a status of 4xx.
func (w *tab) forget() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.said = nil
}

// size makes the window that wide, in pixels.
func (w *tab) size(width int64) {
	w.Helper()
	w.do("size", chromedp.EmulateViewport(width, 900))
}

// scheme chooses light or dark.
func (w *tab) scheme(name string) {
	w.Helper()
	w.do(name, call(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: name}}}))
}

// scripts allows the scripts of pages, or not.
func (w *tab) scripts(on bool) {
	w.Helper()
	w.do("scripts", call(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !on}))
}

// visit opens a page by its address.
func (w *tab) visit(address string) {
	w.Helper()
	w.do("visit "+address, chromedp.Navigate(address))
}

// click scrolls to an element and clicks it with the mouse.
func (w *tab) click(selector string) {
	w.Helper()
	w.do("click "+selector, chromedp.WaitEnabled(chromedp.CSS(selector)), chromedp.Click(chromedp.CSS(selector)))
}

// fill types into a field.
func (w *tab) fill(selector, text string) {
	w.Helper()
	w.do("fill "+selector, chromedp.SendKeys(chromedp.CSS(selector), text))
}

// press presses keys on whatever has the focus; package kb has the special ones.
func (w *tab) press(keys string) {
	w.Helper()
	w.do(fmt.Sprintf("press %q", keys), chromedp.KeyEvent(keys))
}

// sees waits until an element is there.
func (w *tab) sees(selector string) {
	w.Helper()
	w.do("see "+selector, chromedp.WaitReady(chromedp.CSS(selector)))
}

// text waits for an element with text on a page that is whole, and returns what a person
// reads there.
func (w *tab) text(selector string) string {
	w.Helper()
	return w.reads(selector, func(text string) bool { return text != "" })
}

// reads waits until an element reads as it should, for some time, and returns how it
// does. It is found and read at once, and again if the page was left meanwhile.
func (w *tab) reads(selector string, should func(text string) bool) string {
	w.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, patience)
	defer cancel()
	expression := fmt.Sprintf("document.readyState == 'complete' && document.querySelector(%q)?.innerText || ''", selector)
	for {
		text, err := chromedp.Run(ctx, chromedp.Evaluate[string](expression))
		if err == nil && should(text) {
			return text
		}
		select {
		case <-ctx.Done():
			if err != nil && text == "" {
				w.must("read "+selector, err)
			}
			return text
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// eval returns what an expression is, or what it promises.
func eval[T any](w *tab, expression string) T {
	w.Helper()
	return get(w, expression, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
}
