;;; semantic-symbols.el --- Find code by what it means  -*- lexical-binding: t; -*-

;; For Emacs 28 or newer.  Runs the language server of Semantic Symbols for a project, alongside any server that Eglot
;; runs there (Eglot runs one server per buffer), and lists its results where Emacs lists references.
;;
;;   (require 'semantic-symbols)
;;   (setq semantic-symbols-command '("/path/to/python" "-P" "-m" "lsp_server"))
;;   (global-set-key (kbd "C-c s") #'semantic-symbols-search)
;;   (global-set-key (kbd "C-c r") #'semantic-symbols-related)

;;; Code:

(require 'jsonrpc)
(require 'project)
(require 'seq)
(require 'url-util)
(require 'xref)

(defgroup semantic-symbols nil "Find code by what it means." :group 'tools)

(defcustom semantic-symbols-command '("semantic-symbols" "serve")
  "The server's program and arguments." :type '(repeat string))

(defcustom semantic-symbols-limit 30
  "How many symbols a search lists." :type 'natnum)

(defvar semantic-symbols--servers (make-hash-table :test #'equal)
  "The running servers, by the root of their project.")

(defvar semantic-symbols--history nil "Earlier searches.")

(defvar-local semantic-symbols--sent nil
  "The connection that knows this buffer, its URI, and the tick of the sent text.")
(put 'semantic-symbols--sent 'permanent-local t)

(defun semantic-symbols--root ()
  "Return the root of the project that is searched from here."
  (expand-file-name (if-let ((project (project-current))) (project-root project) default-directory)))

(defun semantic-symbols--uri (path)
  "Return the URI of PATH."
  (let ((full (directory-file-name (expand-file-name path))))
    (concat (cond ((string-prefix-p "//" full) "file:") ; a share, on Windows
                  ((string-prefix-p "/" full) "file://")
                  (t "file:///")) ; a drive
            (url-hexify-string full url-path-allowed-chars))))

(defun semantic-symbols--path (uri)
  "Return the path of URI."
  (let ((path (decode-coding-string (url-unhex-string (string-remove-prefix "file:" uri)) 'utf-8)))
    (cond ((and (eq system-type 'windows-nt) (string-match-p "\\`///[a-zA-Z]:" path)) (substring path 3))
          ((string-prefix-p "///" path) (substring path 2))
          (t path))))

(defun semantic-symbols--start (root)
  "Start a server for the project at ROOT."
  (let ((server (make-instance
                 'jsonrpc-process-connection
                 :name "semantic-symbols"
                 :process (lambda ()
                            (make-process :name "semantic-symbols" :command semantic-symbols-command
                                          :connection-type 'pipe :coding 'utf-8-emacs-unix :noquery t
                                          :stderr (get-buffer-create " *semantic-symbols stderr*")))
                 :events-buffer-scrollback-size 0)))
    ;; In UTF-32 a column is a character, as in Emacs.
    (jsonrpc-request server :initialize
                     `(:processId ,(emacs-pid)
                       :capabilities (:general (:positionEncodings ["utf-32"]))
                       :workspaceFolders [(:uri ,(semantic-symbols--uri root) :name ,(file-name-nondirectory root))]))
    (jsonrpc-notify server :initialized (make-hash-table))
    (puthash root server semantic-symbols--servers)))

(defun semantic-symbols--server ()
  "Return the server of this project; start it if needed."
  (let* ((root (semantic-symbols--root))
         (server (gethash root semantic-symbols--servers)))
    (if (and server (jsonrpc-running-p server)) server (semantic-symbols--start root))))

(defun semantic-symbols--send-text (server)
  "Send SERVER this buffer's text if it differs from the file or the text sent."
  (let* ((uri (semantic-symbols--uri buffer-file-name))
         (known (and (eq (car semantic-symbols--sent) server) (equal (nth 1 semantic-symbols--sent) uri)))
         (tick (buffer-chars-modified-tick))
         (document `(:uri ,uri :version ,tick))
         (text (save-restriction (widen) (buffer-substring-no-properties (point-min) (point-max)))))
    (unless known (semantic-symbols--forget-text))
    (cond ((and known (/= tick (nth 2 semantic-symbols--sent)))
           (jsonrpc-notify server :textDocument/didChange
                           `(:textDocument ,document :contentChanges [(:text ,text)]))
           (setq semantic-symbols--sent (list server uri tick)))
          ((and (not known) (buffer-modified-p))
           (jsonrpc-notify server :textDocument/didOpen
                           `(:textDocument (,@document :languageId "" :text ,text)))
           (setq semantic-symbols--sent (list server uri tick))
           (add-hook 'kill-buffer-hook #'semantic-symbols--forget-text nil t)))))

(defun semantic-symbols--forget-text ()
  "Tell the server that knows this buffer, if any, to use the file on disk again."
  (when semantic-symbols--sent
    (seq-let (server uri) semantic-symbols--sent
      (when (jsonrpc-running-p server)
        (jsonrpc-notify server :textDocument/didClose `(:textDocument (:uri ,uri)))))
    (setq semantic-symbols--sent nil)))

(defun semantic-symbols-request (method params)
  "Send METHOD with PARAMS to the server of this project; return the result.
Unsaved text is sent first."
  (let ((server (semantic-symbols--server)) (root (semantic-symbols--root)))
    (dolist (buffer (buffer-list))
      (with-current-buffer buffer
        (when (and buffer-file-name (file-in-directory-p buffer-file-name root))
          (semantic-symbols--send-text server))))
    (jsonrpc-request server method params)))

(defun semantic-symbols--xref (found)
  "Return FOUND, a symbol of a result, as a reference."
  (let* ((location (plist-get found :location))
         (start (plist-get (plist-get found :selectionRange) :start))
         (container (plist-get found :containerName))
         (signals (plist-get (plist-get found :explanation) :signals)))
    (xref-make (format "%3d%%  %s%s  %s%s%s" (floor (+ (* 100 (plist-get found :score)) 1e-6))
                       (if container (concat container ".") "") (plist-get found :name) (plist-get found :signature)
                       (if (plist-get signals :test) "  (test)" "") (if (plist-get signals :duplicate) "  (duplicate)" ""))
               (xref-make-file-location (semantic-symbols--path (plist-get location :uri))
                                        (1+ (plist-get start :line)) (plist-get start :character)))))

(defun semantic-symbols--show (result)
  "List the symbols of RESULT, and say so when none of them is close."
  (let* ((all (append (plist-get result :results) nil))
         (good (seq-filter (lambda (found) (>= (plist-get found :score) 0.3)) all))
         (listed (or good all)))
    (cond ((null all) (message "Nothing found"))
          ((< (plist-get (car all) :score) 0.5) (message "Nothing close: these are the nearest results")))
    (when all
      (xref-push-marker-stack)
      (funcall xref-show-xrefs-function (lambda () (mapcar #'semantic-symbols--xref listed))
               `((window . ,(selected-window)))))))

;;;###autoload
(defun semantic-symbols-search (query)
  "List this project's symbols that mean QUERY: words, a name, or code.
It may contain filters, such as kind:class and path:src/**."
  (interactive
   (list (read-string "Find code: " (and (use-region-p) (buffer-substring-no-properties (region-beginning) (region-end)))
                      'semantic-symbols--history)))
  (semantic-symbols--show
   (semantic-symbols-request :semanticSearch `(:query ,query :limit ,semantic-symbols-limit))))

;;;###autoload
(defun semantic-symbols-related ()
  "List what is closest in meaning to the symbol at point."
  (interactive)
  (semantic-symbols--show
   (semantic-symbols-request
    :semanticSearch/related
    `(:textDocument (:uri ,(semantic-symbols--uri buffer-file-name))
      :position (:line ,(1- (line-number-at-pos nil t)) :character ,(- (point) (line-beginning-position)))
      :limit ,semantic-symbols-limit))))

(provide 'semantic-symbols)
;;; semantic-symbols.el ends here
