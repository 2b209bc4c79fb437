package cli

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"github.com/ubiops-contrib/transfer/api"
	"github.com/ubiops-contrib/transfer/api/cmd/internal/settings"
)

// transfer moves an archive, with a bar on stderr if that is a terminal. The bar is
// at 99 % until move has returned: the last byte is not the end.
func (s *session) transfer(ctx context.Context, label string, move func(api.ProgressOption) error) error {
	if s.watch != nil {
		tenths := int64(-1)
		return move(api.OnProgress(func(done, total int64) {
			if now := done * 10 / max(total, 1); now > tenths {
				tenths = now
				s.watch(fmt.Sprintf("%s: %d %%", label, now*10))
			}
		}))
	}
	if !isTerminal(s.stderr) {
		return move(api.OnProgress(func(int64, int64) {}))
	}
	p := mpb.NewWithContext(ctx, mpb.WithOutput(s.stderr))
	bar := p.New(0, mpb.BarStyle(), mpb.BarOptional(mpb.BarFillerTrim(), true), // with a total of 0 it does not complete by itself
		mpb.PrependDecorators(decor.Name(label+" ")),
		mpb.AppendDecorators(decor.Any(percent), decor.CountersKibiByte(" % .1f / % .1f"), decor.AverageSpeed(decor.SizeB1024(0), " % .1f")))
	err := move(api.OnProgress(func(done, total int64) {
		bar.SetTotal(total, false)
		bar.SetCurrent(done)
	}))
	end(p, bar, err)
	return err
}

func percent(s decor.Statistics) string {
	done := int64(100)
	if !s.Completed {
		done = min(s.Current*100/max(s.Total, 1), 99)
	}
	return fmt.Sprintf("%3d %%", done)
}

// phases waits for a job, with the status that it is in on stderr if that is a
// terminal.
func (s *session) phases(ctx context.Context, label string, wait func(report func(status string)) error) error {
	if s.watch != nil {
		return wait(func(status string) { s.watch(label + ": " + status) })
	}
	if !isTerminal(s.stderr) {
		return wait(func(string) {})
	}
	var mu sync.Mutex
	phase, since := "asking", time.Now()
	p := mpb.NewWithContext(ctx, mpb.WithOutput(s.stderr))
	bar := p.New(0, mpb.SpinnerStyle(), mpb.BarWidth(2),
		mpb.PrependDecorators(decor.Name(settings.Escaped(label)+" ")),
		mpb.AppendDecorators(decor.Any(func(decor.Statistics) string {
			mu.Lock()
			defer mu.Unlock()
			return fmt.Sprintf("%s, %s", phase, time.Since(since).Truncate(time.Second))
		})))
	err := wait(func(status string) {
		mu.Lock()
		defer mu.Unlock()
		phase = settings.Escaped(status)
	})
	end(p, bar, err)
	return err
}

// end leaves a bar as it is at the end, and what has failed where it stopped.
func end(p *mpb.Progress, bar *mpb.Bar, err error) {
	if err != nil {
		bar.Abort(false)
	} else {
		bar.SetTotal(-1, true)
	}
	p.Wait()
}
