package api

import (
	"io"
	"time"

	"github.com/ubiops-contrib/transfer/gen/models"
)

// The options of calls. Each method says which ones it takes.
type (
	// ExportOption is [OnExportStatus]; it is for WaitCompleted, Run and RunToFile.
	ExportOption interface {
		RunToFileOption
		forExport()
	}
	// ExportListOption is [ExportsIn].
	ExportListOption interface{ forExportList() option }
	// FileOption is [Overwrite], [KeepPartial] or [OnProgress]; it is for
	// DownloadToFile and RunToFile.
	FileOption interface {
		RunToFileOption
		forFile()
	}
	// RunToFileOption is an [ExportOption] or a [FileOption].
	RunToFileOption interface{ forRunToFile() option }

	// CreateImportOption is [SkipConfirmation] or [OnProgress].
	CreateImportOption interface{ forCreateImport() option }
	// ImportOption is [OnImportStatus]; it is for WaitScanned, WaitCompleted and
	// Run.
	ImportOption interface {
		RunImportOption
		forImport()
	}
	// ImportListOption is [ImportsIn].
	ImportListOption interface{ forImportList() option }
	// RunImportOption is [OnImportStatus], [OnProgress] or [DeleteRefused].
	RunImportOption interface{ forRunImport() option }

	// ProgressOption is [OnProgress].
	ProgressOption interface {
		FileOption
		CreateImportOption
		RunImportOption
	}
)

// option is every option: the types above decide which ones a method
// takes.
type option func(*choices)

func (o option) forExportList() option   { return o }
func (o option) forImportList() option   { return o }
func (o option) forRunToFile() option    { return o }
func (o option) forCreateImport() option { return o }
func (o option) forRunImport() option    { return o }
func (option) forExport()                {}
func (option) forImport()                {}
func (option) forFile()                  {}

// choices are what the options of one call say.
type choices struct {
	onExportStatus         func(models.ExportStatus)
	onImportStatus         func(models.ImportStatus)
	progress               func(done, total int64)
	overwrite, keepPartial bool
	skipConfirmation       bool
	deleteRefused          bool
	exportStatus           *models.ExportStatus
	importStatus           *models.ImportStatus
	writer                 func(io.Writer) io.Writer // for tests that fill the disk
}

func choicesOf[O any](opts []O, convert func(O) option) choices {
	var c choices
	for _, opt := range opts {
		convert(opt)(&c)
	}
	return c
}

// OnExportStatus calls f with the first status that is seen and with every
// other one after it, in the goroutine of the caller.
func OnExportStatus(f func(models.ExportStatus)) ExportOption {
	return option(func(c *choices) { c.onExportStatus = f })
}

// OnImportStatus calls f with the first status that is seen and with every
// other one after it, in the goroutine of the caller.
func OnImportStatus(f func(models.ImportStatus)) ImportOption {
	return option(func(c *choices) { c.onImportStatus = f })
}

// ExportsIn lists only the exports in this status; "" stands for all.
func ExportsIn(status models.ExportStatus) ExportListOption {
	return option(func(c *choices) { c.exportStatus = given(status) })
}

// ImportsIn lists only the imports in this status; "" stands for all.
func ImportsIn(status models.ImportStatus) ImportListOption {
	return option(func(c *choices) { c.importStatus = given(status) })
}

func given[S ~string](status S) *S {
	if status == "" {
		return nil
	}
	return &status
}

// Overwrite replaces a file, or a symbolic link, that exists already.
func Overwrite() FileOption { return option(func(c *choices) { c.overwrite = true }) }

// KeepPartial leaves the partial file behind if the download fails, so that a
// later call needs only the rest. An archive that is not a ZIP is not kept.
func KeepPartial() FileOption { return option(func(c *choices) { c.keepPartial = true }) }

// SkipConfirmation creates everything in the archive at once, without waiting
// for [ImportsService.Confirm].
func SkipConfirmation() CreateImportOption {
	return option(func(c *choices) { c.skipConfirmation = true })
}

// DeleteRefused deletes the import if the [Confirmation] refuses it.
func DeleteRefused() RunImportOption { return option(func(c *choices) { c.deleteRefused = true }) }

// OnProgress reports how many bytes of an archive have gone through, of how
// many; total is -1 if it is not known. It counts the archive alone, without what
// HTTP puts around it; what a download finds from an earlier call counts as
// done. A transfer that starts again counts from zero again.
//
// f is called at most every 100 ms and once more when the last byte has gone
// through, never twice at a time, and not after the call has returned. The
// transfer waits for it, so it should be quick.
func OnProgress(f func(done, total int64)) ProgressOption {
	return option(func(c *choices) { c.progress = f })
}

const progressInterval = 100 * time.Millisecond

// meter counts bytes for OnProgress, whose function may be nil.
type meter struct {
	report      func(done, total int64)
	done, total int64
	reported    bool // the present count
	next        time.Time
}

// add counts n more bytes.
func (m *meter) add(n int) {
	if m.report == nil || n == 0 {
		return
	}
	m.done += int64(n)
	m.reported = false
	if now := time.Now(); m.done == m.total || !now.Before(m.next) {
		m.next = now.Add(progressInterval)
		m.end()
	}
}

// end reports the count unless it was reported.
func (m *meter) end() {
	if m.report != nil && !m.reported {
		m.reported = true
		m.report(m.done, m.total)
	}
}
