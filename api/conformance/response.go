package conformance

import (
	"fmt"
	"net/http"

	"github.com/ubiops-contrib/transfer/api/internal/contract"
)

// CheckResponse holds a response against the contract: its status, header, content
// type, and body if that is JSON. The operation is found by method and path of the
// request, whatever the base path. The error names operation and place and quotes
// nothing of the body.
func CheckResponse(method, path string, status int, header http.Header, body []byte) error {
	op, err := contract.Find(method, path)
	if err != nil {
		return err
	}
	if op == nil {
		return fmt.Errorf("%s %s: not an operation of the contract", method, path)
	}
	if err := op.CheckHeader(status, header); err != nil {
		return err
	}
	if method == http.MethodHead {
		return nil
	}
	return op.CheckBody(status, header, body)
}
