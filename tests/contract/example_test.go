package contract

import (
	"fmt"
	"strings"

	transfer "github.com/ubiops-contrib/transfer"
)

func Example_contractAsItIsWritten() {
	first, _, _ := strings.Cut(transfer.Contract(), "\n")
	fmt.Println(first)
	// Output:
	// openapi: 3.0.3
}
