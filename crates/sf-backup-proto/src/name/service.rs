super::segments::hierarchical_name!(
    /// The name of a service: `fabric:/App/Service`.
    ///
    /// Parses the full name, the name without `fabric:/`, or the id form with `~` between levels. All three are equal.
    /// Rejects the characters that the runtime reserves (`$ + | ~`), those that are not possible in a URL (`? # % < > \
    /// ^ [ ]`, empty segments, `.` and `..`), control characters and other invisible ones, white space at either end of
    /// a segment, and a first segment that begins with `fabric:`.
    ///
    /// ```
    /// # use sf_backup_proto::ServiceId;
    /// let id: ServiceId = "fabric:/myapp/app1/svc1".parse()?;
    /// assert_eq!(id, "myapp/app1/svc1".parse()?);
    /// assert_eq!(id, "myapp~app1~svc1".parse()?);
    ///
    /// let error = "fabric:/CalcApp/Calc?Service".parse::<ServiceId>().unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     "service name \"fabric:/CalcApp/Calc?Service\": has the character '?' at position 21: \
    ///      it is not allowed in the path of a URL"
    /// );
    /// # Ok::<(), sf_backup_proto::NameError>(())
    /// ```
    ServiceId,
    "service name"
);

impl ServiceId {
    /// The application that the service belongs to by its name: all segments but the last.
    pub fn application(&self) -> Option<super::ApplicationId> {
        self.0.parent().map(super::ApplicationId)
    }
}
