package api

import "time"

// Progress is told how many bytes of an archive have gone through, of how many;
// total is -1 where nobody knows. It is called at most every 100 ms and once
// more when the last byte has gone through, never twice at a time, and not
// after the call has returned or the body was closed. A transfer that starts
// anew counts from zero again. The transfer waits for it, so it should be quick,
// and it must not call back into the transfer.
type Progress func(done, total int64)

const progressInterval = 100 * time.Millisecond

// meter counts bytes for a Progress, which may be nil.
type meter struct {
	tell        Progress
	done, total int64
	told        bool // the present count
	next        time.Time
}

// add counts n more bytes.
func (m *meter) add(n int) {
	if m.tell == nil || n == 0 {
		return
	}
	m.done += int64(n)
	m.told = false
	if now := time.Now(); m.done == m.total || !now.Before(m.next) {
		m.next = now.Add(progressInterval)
		m.end()
	}
}

// end tells the count unless it was told.
func (m *meter) end() {
	if m.tell != nil && !m.told {
		m.told = true
		m.tell(m.done, m.total)
	}
}
