// Command move moves a project with the client of ogen.
package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log"
	"os"
	"time"

	"github.com/google/uuid"
	ogen "github.com/ogen-go/ogen/http"

	"move/client"
)

// token is sent with each request.
type token string

func (t token) Token(context.Context, client.OperationName) (client.Token, error) {
	return client.Token{APIKey: "Token " + string(t)}, nil
}

func connect(host, variable string) *client.Client {
	return must(client.NewClient(os.Getenv(host), token(os.Getenv(variable))))
}

func must[T any](v T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return v
}

// answer is the response of success; every other one is a type of its own.
func answer[T any](v any, err error) T {
	if t, ok := must(v, err).(T); ok {
		return t
	}
	log.Fatalf("%T: %+v", v, v)
	panic("not reached")
}

// wait asks until there is the wanted status, for half a minute.
func wait[S ~string](status func() (S, string), wanted S) {
	for range 600 {
		now, message := status()
		if now == wanted {
			return
		}
		if now == "failed" {
			log.Fatal(message)
		}
		time.Sleep(50 * time.Millisecond)
	}
	log.Fatalf("not %s in time", wanted)
}

func main() {
	ctx := context.Background()
	source, target := connect("HOST", "SOURCE_TOKEN"), connect("HOST", "TARGET_TOKEN")
	from, to := os.Getenv("SOURCE"), os.Getenv("TARGET")

	id, archive := export(ctx, source, from)
	move(ctx, target, to, archive)
	_ = answer[*client.ExportsDeleteNoContent](source.ExportsDelete(ctx, client.ExportsDeleteParams{ProjectName: from, ExportID: id}))

	large := answer[*client.ExportsHeaders](connect("LARGE_HOST", "SOURCE_TOKEN").ExportsList(ctx, client.ExportsListParams{
		ProjectName: "large", Status: client.NewOptExportStatus(client.ExportStatusCompleted),
	}))
	fmt.Println("large", large.Response[0].Size.Value)
}

func export(ctx context.Context, c *client.Client, project string) (uuid.UUID, []byte) {
	id := answer[*client.ExportListHeaders](c.ExportsCreate(ctx, &client.ExportCreate{}, client.ExportsCreateParams{
		ProjectName: project, All: client.NewOptBool(true),
	})).Response.ID
	var size int64
	wait(func() (client.ExportStatus, string) {
		e := answer[*client.ExportDetailHeaders](c.ExportsGet(ctx, client.ExportsGetParams{ProjectName: project, ExportID: id})).Response
		size = e.Size.Value
		return e.Status, e.ErrorMessage
	}, client.ExportStatusCompleted)
	download := answer[*client.ArchiveHeaders](c.ExportsDownload(ctx, client.ExportsDownloadParams{ProjectName: project, ExportID: id}))
	archive := must(io.ReadAll(download.Response))
	if int64(len(archive)) != size {
		log.Fatalf("%d bytes of %d", len(archive), size)
	}
	return id, archive
}

func move(ctx context.Context, c *client.Client, project string, archive []byte) {
	id := answer[*client.ImportListHeaders](c.ImportsCreate(ctx, &client.ImportCreateMultipart{
		File: client.NewOptMultipartFile(ogen.MultipartFile{Name: "export.zip", File: bytes.NewReader(archive)}),
	}, client.ImportsCreateParams{ProjectName: project})).Response.ID
	var scanned client.ImportDetail
	get := func() (client.ImportStatus, string) {
		scanned = answer[*client.ImportDetailHeaders](c.ImportsGet(ctx, client.ImportsGetParams{ProjectName: project, ImportID: id})).Response
		return scanned.Status, scanned.ErrorMessage
	}
	wait(get, client.ImportStatusConfirmation)

	// What was scanned is confirmed as it is, with a value for the secret.
	variable := scanned.EnvironmentVariables.Value["TICKET_TOKEN"]
	variable.Value = client.NewOptNilString(os.Getenv("SECRET"))
	scanned.EnvironmentVariables.Value["TICKET_TOKEN"] = variable
	_ = answer[*client.ImportDetailHeaders](c.ImportsUpdate(ctx, &client.ImportUpdate{
		Deployments:          client.NewOptImportUpdateDeployments(client.ImportUpdateDeployments(scanned.Deployments.Value)),
		Pipelines:            client.NewOptImportUpdatePipelines(client.ImportUpdatePipelines(scanned.Pipelines.Value)),
		Environments:         client.NewOptImportUpdateEnvironments(client.ImportUpdateEnvironments(scanned.Environments.Value)),
		EnvironmentVariables: scanned.EnvironmentVariables,
		Services:             client.NewOptImportUpdateServices(client.ImportUpdateServices(scanned.Services.Value)),
	}, client.ImportsUpdateParams{ProjectName: project, ImportID: id}))
	wait(get, client.ImportStatusCompleted)
	_ = answer[*client.ImportsDeleteNoContent](c.ImportsDelete(ctx, client.ImportsDeleteParams{ProjectName: project, ImportID: id}))
}
