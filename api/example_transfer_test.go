package api_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/ubiops-contrib/transfer/api"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// emptyZIP is the shortest archive that there is.
const emptyZIP = "PK\x05\x06\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"

func tempDir() (dir string, remove func()) {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		log.Fatal(err)
	}
	return dir, func() {
		if err := os.RemoveAll(dir); err != nil {
			log.Print(err)
		}
	}
}

func ExampleExportsService_DownloadFile() {
	srv := platform(map[string]string{
		"GET /exports/903ccd12":          `{"id": "903ccd12", "status": "completed", "size": 22}`,
		"GET /exports/903ccd12/download": emptyZIP,
	})
	defer srv.Close()
	client, err := api.NewClient(api.WithHost(srv.URL+"/base"), api.WithToken("1234abcd"))
	if err != nil {
		log.Fatal(err)
	}
	dir, remove := tempDir()
	defer remove()
	ctx := context.Background()

	// Into a directory, under the name that the server suggests.
	file, err := client.Exports.DownloadFile(ctx, "demo", "903ccd12", dir)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(filepath.Base(file.Path), file.Size, file.SHA256)

	_, err = client.Exports.DownloadFile(ctx, "demo", "903ccd12", file.Path)
	fmt.Println("there already:", errors.Is(err, fs.ErrExist))
	_, err = client.Exports.DownloadFile(ctx, "demo", "903ccd12", file.Path, api.Overwrite())
	fmt.Println("replaced:", err == nil)
	// Output:
	// export.zip 22 8739c76e681f900923b900c9df0ef75cf421d39cabb54650c4b9ad19b6a76d85
	// there already: true
	// replaced: true
}

func ExampleToFile() {
	srv := platform(map[string]string{
		"POST /exports":                  `{"id": "903ccd12", "status": "pending", "size": null}`,
		"GET /exports/903ccd12":          `{"id": "903ccd12", "status": "completed", "size": 22}`,
		"GET /exports/903ccd12/download": emptyZIP,
	})
	defer srv.Close()
	client, err := api.NewClient(api.WithHost(srv.URL+"/base"), api.WithToken("1234abcd"))
	if err != nil {
		log.Fatal(err)
	}
	dir, remove := tempDir()
	defer remove()

	var file api.File
	target := api.ToFile(filepath.Join(dir, "demo.zip"), &file)
	export, err := client.Exports.Run(context.Background(), "demo", models.ExportCreate{}, target, api.All(true))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(export.Status, filepath.Base(file.Path), file.Size, file.SHA256[:8])
	// Output: completed demo.zip 22 8739c76e
}

func ExampleKeepPartial() {
	// A server that hangs in the middle of the first download.
	archive, first := []byte(emptyZIP), true
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"1"`)
		if first {
			first = false
			w.Header().Set("Content-Length", fmt.Sprint(len(archive)))
			if _, err := w.Write(archive[:10]); err != nil {
				log.Print(err)
			}
			if err := http.NewResponseController(w).Flush(); err != nil {
				log.Print(err)
			}
			<-r.Context().Done()
			return
		}
		http.ServeContent(w, r, "a.zip", time.Time{}, bytes.NewReader(archive))
	}))
	defer srv.Close()
	client, err := api.NewClient(api.WithHost(srv.URL), api.WithToken("1234abcd"))
	if err != nil {
		log.Fatal(err)
	}
	dir, remove := tempDir()
	defer remove()
	path := filepath.Join(dir, "export.zip")

	// The user loses patience. What has come is kept for the next call.
	ctx, cancel := context.WithCancel(context.Background())
	_, err = client.Exports.DownloadFile(ctx, "demo", "903ccd12", path, api.KeepPartial(), api.ExpectSize(22),
		api.DownloadProgress(func(done, total int64) {
			fmt.Println(done, "of", total)
			cancel()
		}))
	fmt.Println("cancelled:", errors.Is(err, context.Canceled))

	file, err := client.Exports.DownloadFile(context.Background(), "demo", "903ccd12", path, api.ExpectSize(22))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(file.Size, "bytes,", file.Resumed, "of them from before")
	// Output:
	// 10 of 22
	// cancelled: true
	// 22 bytes, 10 of them from before
}

func ExampleExpectSize() {
	srv := platform(map[string]string{"GET /exports/903ccd12/download": "PK"})
	defer srv.Close()
	client, err := api.NewClient(api.WithHost(srv.URL+"/base"), api.WithToken("1234abcd"))
	if err != nil {
		log.Fatal(err)
	}

	const size = 86400 // as Exports.Get says
	_, err = client.Exports.Download(context.Background(), "demo", "903ccd12", api.ExpectSize(size))
	fmt.Println(errors.Is(err, api.ErrDownloadSize), err)
	// Output: true GET /projects/demo/exports/903ccd12/download: 200 OK: the archive is of no use: the archive does not have the expected size: it has 2 bytes instead of 86400
}

func ExampleUploadProgress() {
	srv := platform(map[string]string{"POST /imports": `{"id": "ecb39626", "status": "pending", "size": null}`})
	defer srv.Close()
	client, err := api.NewClient(api.WithHost(srv.URL+"/base"), api.WithToken("1234abcd"))
	if err != nil {
		log.Fatal(err)
	}

	archive := strings.NewReader(emptyZIP)
	_, err = client.Imports.Create(context.Background(), "demo", api.FromReader(archive, archive.Size(), "a.zip"),
		api.UploadProgress(func(done, total int64) { fmt.Println(done, "of", total, "bytes") }))
	if err != nil {
		log.Fatal(err)
	}
	// Output: 22 of 22 bytes
}

func ExampleFromReader() {
	srv := platform(map[string]string{"POST /imports": `{"id": "ecb39626", "status": "pending", "size": null}`})
	defer srv.Close()
	client, err := api.NewClient(api.WithHost(srv.URL+"/base"), api.WithToken("1234abcd"))
	if err != nil {
		log.Fatal(err)
	}

	// What is a part of something larger and can be read at any place.
	blob := strings.NewReader("header" + emptyZIP + "trailer")
	archive := io.NewSectionReader(blob, 6, 22)
	created, err := client.Imports.Create(context.Background(), "demo", api.FromReader(archive, archive.Size(), "a.zip"))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(created.ID, created.Status)
	// Output: ecb39626 pending
}
