package middleware_test

import (
	"fmt"
	"io"
	"mime/multipart"
	"strings"

	"github.com/ubiops-contrib/transfer/api/middleware"
)

func ExampleReadImportForm() {
	body := "--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.zip\"\r\n\r\nPK...\r\n" +
		"--B\r\nContent-Disposition: form-data; name=\"skip_confirmation\"\r\n\r\nTrue\r\n--B--\r\n"
	form, err := middleware.ReadImportForm(multipart.NewReader(strings.NewReader(body), "B"), func(archive io.Reader) error {
		n, err := io.Copy(io.Discard, archive)
		fmt.Println(n, "bytes arrived")
		return err
	})
	fmt.Printf("%+v %v\n", form, err)

	_, err = middleware.ReadImportForm(multipart.NewReader(strings.NewReader("--B--\r\n"), "B"), nil)
	fmt.Println(err)

	// Output:
	// 5 bytes arrived
	// {ImportLink: ExportID: HasFile:true SkipConfirmation:true} <nil>
	// 400 the form cannot be used: it has no source; give exactly one of file, import_link and export_id
}
