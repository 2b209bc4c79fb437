// Command move moves a project with the go client of openapi-generator.
package main

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"os"
	"time"

	"move/client"
)

func connect(host string) *client.APIClient {
	configuration := client.NewConfiguration()
	configuration.Servers = client.ServerConfigurations{{URL: os.Getenv(host)}}
	return client.NewAPIClient(configuration)
}

// with is a context that authorizes.
func with(variable string) context.Context {
	token := client.APIKey{Prefix: "Token", Key: os.Getenv(variable)}
	return context.WithValue(context.Background(), client.ContextAPIKeys, map[string]client.APIKey{"token": token})
}

func must[T any](v T, _ *http.Response, err error) T {
	check(err)
	return v
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
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
	c := connect("HOST")
	source, from := with("SOURCE_TOKEN"), os.Getenv("SOURCE")

	id := must(c.ExportsAPI.ExportsCreate(source, from).ExportCreate(client.ExportCreate{}).All(true).Execute()).Id
	var size int64
	wait(func() (client.ExportStatus, string) {
		e := must(c.ExportsAPI.ExportsGet(source, from, id).Execute())
		size = e.GetSize()
		return e.Status, e.ErrorMessage
	}, client.EXPORTSTATUS_COMPLETED)
	archive := must(c.ExportsAPI.ExportsDownload(source, from, id).Execute()) // a temporary file
	defer os.Remove(archive.Name())
	info, err := archive.Stat()
	check(err)
	if info.Size() != size {
		log.Fatalf("%d bytes of %d", info.Size(), size)
	}

	move(c, archive)
	_, err = c.ExportsAPI.ExportsDelete(source, from, id).Execute()
	check(err)

	large := must(connect("LARGE_HOST").ExportsAPI.ExportsList(source, "large").Status(client.EXPORTSTATUS_COMPLETED).Execute())
	fmt.Println("large", large[0].GetSize())
}

func move(c *client.APIClient, archive *os.File) {
	target, to := with("TARGET_TOKEN"), os.Getenv("TARGET")
	id := must(c.ImportsAPI.ImportsCreate(target, to).File(archive).Execute()).Id
	var scanned *client.ImportDetail
	get := func() (client.ImportStatus, string) {
		scanned = must(c.ImportsAPI.ImportsGet(target, to, id).Execute())
		return scanned.Status, scanned.ErrorMessage
	}
	wait(get, client.IMPORTSTATUS_CONFIRMATION)

	// What was scanned is confirmed as it is, with a value for the secret.
	variables := scanned.GetEnvironmentVariables()
	variable := variables["TICKET_TOKEN"]
	variable.SetValue(os.Getenv("SECRET"))
	variables["TICKET_TOKEN"] = variable
	must(c.ImportsAPI.ImportsUpdate(target, to, id).ImportUpdate(client.ImportUpdate{
		Deployments:          scanned.Deployments,
		Pipelines:            scanned.Pipelines,
		Environments:         scanned.Environments,
		EnvironmentVariables: &variables,
		Services:             scanned.Services,
	}).Execute())
	wait(get, client.IMPORTSTATUS_COMPLETED)
	_, err := c.ImportsAPI.ImportsDelete(target, to, id).Execute()
	check(err)
}
